package dev.millrace.training.xgboost;

import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.evaluation.BinaryEvaluation;
import dev.millrace.training.evaluation.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Chooses parameters by the mean average precision over folds that never look ahead. */
public final class Tuning {

    private final Trainer trainer;
    private final Consumer<String> progress;

    public Tuning(Trainer trainer, Consumer<String> progress) {
        this.trainer = trainer;
        this.progress = progress;
    }

    /**
     * One choice of parameters and how it did.
     *
     * @param averagePrecision per fold
     * @param validation the scores of all folds' test rows against their labels
     */
    public record Trial(XgboostParameters parameters, List<Double> averagePrecision, BinaryEvaluation validation) {

        public Trial {
            averagePrecision = List.copyOf(averagePrecision);
        }

        public double meanAveragePrecision() {
            return averagePrecision.stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(Double.NaN);
        }
    }

    /** The trials, the best first. */
    public List<Trial> trials(TrainingSet set, List<Split> folds, List<XgboostParameters> grid) {
        List<Split> usable = usable(set, folds);
        if (usable.isEmpty()) {
            throw new TrainingException(
                    Code.NOT_ENOUGH_DATA,
                    "expected a fold with both classes on both sides, but none of %d has them: train on a longer time"
                            .formatted(folds.size()));
        }
        return grid.stream()
                .map(parameters -> trial(set, usable, parameters))
                .sorted(Comparator.comparingDouble(Trial::meanAveragePrecision).reversed())
                .toList();
    }

    /** The folds that have both classes on both sides. */
    public static List<Split> usable(TrainingSet set, List<Split> folds) {
        return folds.stream()
                .filter(fold -> hasBothClasses(set, fold.train()) && hasBothClasses(set, fold.test()))
                .toList();
    }

    private Trial trial(TrainingSet set, List<Split> folds, XgboostParameters parameters) {
        List<Double> precision = new ArrayList<>();
        List<double[]> scores = new ArrayList<>();
        List<double[]> labels = new ArrayList<>();
        for (Split fold : folds) {
            double[] scored = trainer.train(set, fold.train(), parameters).scores(set.rows(), fold.test());
            double[] truth = set.labels(fold.test());
            precision.add(BinaryEvaluation.of(scored, truth).averagePrecision());
            scores.add(scored);
            labels.add(truth);
        }
        Trial trial = new Trial(parameters, precision, BinaryEvaluation.of(joined(scores), joined(labels)));
        progress.accept(String.format(
                Locale.ROOT,
                "tried %d trees of depth %d, rate %s, child weight %s, lambda %s: average precision %.4f over %d folds",
                parameters.trees(),
                parameters.maxDepth(),
                parameters.learningRate(),
                parameters.minChildWeight(),
                parameters.lambda(),
                trial.meanAveragePrecision(),
                folds.size()));
        return trial;
    }

    private static boolean hasBothClasses(TrainingSet set, int[] rows) {
        return IntStream.of(rows)
                        .mapToDouble(row -> set.labels()[row])
                        .distinct()
                        .count()
                == 2;
    }

    private static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }
}
