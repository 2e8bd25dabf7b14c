package dev.millrace.training.data;

import dev.millrace.training.data.TrainingException.Code;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Labelled vectors, each as the model would have seen it at its event's arrival.
 *
 * @param rows one vector per event: doubles, NaN where missing, in the order of {@code featureNames}
 * @param labels one per row; of a binary model 0 or 1, or making the set ends with a {@link TrainingException}
 * @param eventTimes epoch milliseconds per row
 * @param origin what it was made of, by a short name: a run is tagged with it
 */
public record TrainingSet(
        ModelSpec spec,
        List<String> featureNames,
        double[][] rows,
        double[] labels,
        List<String> eventIds,
        long[] eventTimes,
        Map<String, String> origin) {

    public TrainingSet {
        featureNames = List.copyOf(featureNames);
        eventIds = List.copyOf(eventIds);
        origin = Map.copyOf(origin);
        if (labels.length != rows.length || eventIds.size() != rows.length || eventTimes.length != rows.length) {
            throw new IllegalArgumentException(
                    "expected a label, id and time for each of %d rows, but came %d, %d and %d"
                            .formatted(rows.length, labels.length, eventIds.size(), eventTimes.length));
        }
        for (int row = 0; row < rows.length; row++) {
            if (rows[row].length != featureNames.size()) {
                throw new IllegalArgumentException("expected %d features in row %d, but came %d"
                        .formatted(featureNames.size(), row, rows[row].length));
            }
        }
        if (spec.kind().equals(ModelSpec.BINARY)) {
            requireBinary(labels, eventIds, eventTimes);
        }
    }

    private static void requireBinary(double[] labels, List<String> eventIds, long[] eventTimes) {
        int[] others = IntStream.range(0, labels.length)
                .filter(row -> labels[row] != 0 && labels[row] != 1)
                .toArray();
        if (others.length > 0) {
            int row = others[0];
            throw new TrainingException(
                    Code.LABEL,
                    "expected a label of 0 or 1 of every event, but event '%s' of %s has %s%s: send its truth again with a"
                                    .formatted(
                                            eventIds.get(row),
                                            Instant.ofEpochMilli(eventTimes[row]),
                                            labels[row],
                                            others.length == 1
                                                    ? ""
                                                    : " (%d others have such a label, too)"
                                                            .formatted(others.length - 1))
                            + " higher revision, POST /v1/labels");
        }
    }

    public int size() {
        return rows.length;
    }

    /** The labels of these rows. */
    public double[] labels(int[] indices) {
        double[] chosen = new double[indices.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = labels[indices[i]];
        }
        return chosen;
    }
}
