package dev.millrace.training;

import dev.millrace.training.charts.Charts;
import dev.millrace.training.charts.ModelCard;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.evaluation.BinaryEvaluation;
import dev.millrace.training.evaluation.Confusion;
import dev.millrace.training.evaluation.Split;
import dev.millrace.training.evaluation.TimeSplits;
import dev.millrace.training.packaging.PackageWriter;
import dev.millrace.training.xgboost.TrainedModel;
import dev.millrace.training.xgboost.Trainer;
import dev.millrace.training.xgboost.Tuning;
import dev.millrace.training.xgboost.Tuning.Trial;
import dev.millrace.training.xgboost.XgboostParameters;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * From a training set to a model and everything that is told of it: the last fifth by time is set aside, parameters and
 * threshold come from forward-chaining folds of the rest, the model from all of the rest, its figures from the last fifth.
 */
public final class TrainingRun {

    private static final double TRAIN_SHARE = 0.8;
    private static final int FOLDS = 5;

    private final Trainer trainer;
    private final List<XgboostParameters> grid;
    private final Clock clock;
    private final Consumer<String> progress;

    /** @param progress is told what was done, a line at a time */
    public TrainingRun(Trainer trainer, List<XgboostParameters> grid, Clock clock, Consumer<String> progress) {
        this.trainer = trainer;
        this.grid = List.copyOf(grid);
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * What came out.
     *
     * @param testScores of the rows tested on, in the split's order
     * @param packageFiles the model package's files by path
     * @param reports pictures, tables and the model card by path
     */
    public record Outcome(
            TrainingSet set,
            Split split,
            double[] testScores,
            Map<String, Double> metrics,
            Map<String, Object> parameters,
            Map<String, byte[]> packageFiles,
            Map<String, byte[]> reports) {}

    public Outcome run(TrainingSet set) {
        requireBinary(set.spec());
        Split split = TimeSplits.of(set.eventTimes()).holdOut(TRAIN_SHARE, Duration.ZERO);
        if (split.train().length == 0 || split.test().length == 0) {
            throw new TrainingException(
                    Code.NOT_ENOUGH_DATA,
                    "expected rows to train on and later ones to test on, but came %d rows".formatted(set.size()));
        }
        Trial best = new Tuning(trainer, progress)
                .trials(set, folds(set, split), grid)
                .getFirst();
        double threshold = Math.clamp(best.validation().bestThreshold(), 0, 1);
        TrainedModel model = trainer.train(set, split.train(), best.parameters());
        double[] scores = model.scores(set.rows(), split.test());
        BinaryEvaluation evaluation = BinaryEvaluation.of(scores, set.labels(split.test()));

        Map<String, Double> metrics = metrics(evaluation, threshold, best);
        Map<String, Object> parameters = trainer.settings(best.parameters());
        PackageWriter.Facts facts =
                new PackageWriter.Facts(threshold, metrics, last(set, split.train()), clock.instant());
        return new Outcome(
                set,
                split,
                scores,
                metrics,
                parameters,
                PackageWriter.write(set, model, facts, split.train(), split.test()),
                reports(card(set, split, threshold, evaluation, metrics, parameters, model), evaluation));
    }

    private static Map<String, Double> metrics(BinaryEvaluation evaluation, double threshold, Trial best) {
        Confusion confusion = evaluation.at(threshold);
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("auc", evaluation.auc());
        metrics.put("average_precision", evaluation.averagePrecision());
        metrics.put("precision", confusion.precision());
        metrics.put("recall", confusion.recall());
        metrics.put("log_loss", evaluation.logLoss());
        metrics.put("positive_share", (double) evaluation.positives() / evaluation.rows());
        metrics.put("cv_average_precision", best.meanAveragePrecision());
        return metrics;
    }

    private static ModelCard card(
            TrainingSet set,
            Split split,
            double threshold,
            BinaryEvaluation evaluation,
            Map<String, Double> metrics,
            Map<String, Object> parameters,
            TrainedModel model) {
        return new ModelCard(
                set.spec(),
                at(set, split.train()[0]),
                at(set, split.test()[0]),
                last(set, split.test()),
                split.train().length,
                split.test().length,
                threshold,
                evaluation.at(threshold),
                metrics,
                parameters,
                model.gain());
    }

    private static Map<String, byte[]> reports(ModelCard card, BinaryEvaluation evaluation) {
        Map<String, byte[]> reports = new LinkedHashMap<>();
        reports.put("model_card.md", card.markdown().getBytes(StandardCharsets.UTF_8));
        reports.put("feature_importance.csv", Charts.importanceCsv(card.gain()).getBytes(StandardCharsets.UTF_8));
        reports.put("feature_importance.png", Charts.importance(card.gain()));
        reports.put("confusion_matrix.png", Charts.confusion(card.confusion(), card.threshold()));
        reports.put("roc_curve.png", Charts.roc(evaluation));
        reports.put("precision_recall_curve.png", Charts.precisionRecall(evaluation));
        reports.put("calibration.png", Charts.calibration(evaluation));
        return reports;
    }

    private static Instant last(TrainingSet set, int[] rows) {
        return at(set, rows[rows.length - 1]);
    }

    private static Instant at(TrainingSet set, int row) {
        return Instant.ofEpochMilli(set.eventTimes()[row]);
    }

    private static void requireBinary(ModelSpec spec) {
        if (!spec.kind().equals(ModelSpec.BINARY)) {
            throw new TrainingException(
                    Code.UNKNOWN_MODEL,
                    "expected a model of the kind '%s', but %s is of the kind '%s', which cannot be trained"
                            .formatted(ModelSpec.BINARY, spec.model(), spec.kind()));
        }
    }

    /** Folds keep apart what was not yet known, unless the rows span too little time for that. */
    private List<Split> folds(TrainingSet set, Split split) {
        TimeSplits times = TimeSplits.of(set.eventTimes(), split.train());
        List<Split> apart =
                Tuning.usable(set, times.forwardChaining(FOLDS, set.spec().labelsKnownAfter()));
        if (!apart.isEmpty()) {
            return apart;
        }
        progress.accept(
                "the rows span too little time to leave out the %s in which labels become known: folds without that gap"
                        .formatted(set.spec().labelsKnownAfter()));
        return times.forwardChaining(FOLDS, Duration.ZERO);
    }
}
