package dev.millrace.training.history;

import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/** Collects the rows of a training set's table into memory. */
final class TrainingRows {

    private static final int LEAST_ROWS = 100;

    /** Whatever the order they are read in: the same rows train the same model. */
    private static final Comparator<Labelled> ORDER = Comparator.comparingLong(Labelled::arrival)
            .thenComparingLong(Labelled::time)
            .thenComparing(Labelled::id);

    private final List<Labelled> rows = new ArrayList<>();

    private record Labelled(String id, long time, long arrival, double label, double[] vector) {}

    void take(Iterator<Row> found) {
        while (found.hasNext()) {
            Row row = found.next();
            double[] vector = new double[row.size() - RowAssembler.BEFORE_FEATURES];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = row.getDouble(RowAssembler.BEFORE_FEATURES + i);
            }
            rows.add(new Labelled(row.getString(0), row.getLong(1), row.getLong(2), row.getDouble(3), vector));
        }
    }

    /** @throws TrainingException when there is too little to train on */
    TrainingSet set(ModelSpec spec, List<String> features, Map<String, String> origin) {
        rows.sort(ORDER);
        TrainingSet set = new TrainingSet(
                spec,
                features,
                rows.stream().map(Labelled::vector).toArray(double[][]::new),
                rows.stream().mapToDouble(Labelled::label).toArray(),
                rows.stream().map(Labelled::id).toList(),
                rows.stream().mapToLong(Labelled::time).toArray(),
                origin);
        requireEnough(set);
        return set;
    }

    private static void requireEnough(TrainingSet set) {
        long positives = Arrays.stream(set.labels()).filter(label -> label == 1).count();
        if (set.size() < LEAST_ROWS || positives == 0 || positives == set.size()) {
            throw new TrainingException(
                    Code.NOT_ENOUGH_DATA,
                    "expected at least %d rows of both classes, but came %d rows, %d of them positive:"
                                    .formatted(LEAST_ROWS, set.size(), positives)
                            + " labels are known %s after their event"
                                    .formatted(set.spec().labelsKnownAfter()));
        }
    }
}
