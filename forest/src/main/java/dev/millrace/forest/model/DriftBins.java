package dev.millrace.forest.model;

import static dev.millrace.forest.model.Checks.require;

import java.util.List;

/** How the values of one feature are sorted into at most {@value #MOST} bins. */
public sealed interface DriftBins {

    /** Bins of one feature at most. */
    int MOST = 20;

    int count();

    /** The same with each bound as {@link ShortestDecimal} has scores. */
    default DriftBins ofScores() {
        return switch (this) {
            case Quantiles(double min, List<Double> edges, double max) ->
                new Quantiles(ShortestDecimal.ofKept(min), told(edges), ShortestDecimal.ofKept(max));
            case Values(List<Double> values) -> new Values(told(values));
        };
    }

    private static List<Double> told(List<Double> scores) {
        return scores.stream().map(ShortestDecimal::ofKept).toList();
    }

    /**
     * Of a feature with many values: {@code min ≤ x < edges[0]}, {@code edges[0] ≤ x < edges[1]}, … {@code ≤ max}.
     *
     * @param edges the inner ones, ascending
     */
    record Quantiles(double min, List<Double> edges, double max) implements DriftBins {
        public Quantiles {
            edges = List.copyOf(edges);
            require(edges.size() < MOST, "fewer than %s edges of drift bins", MOST, edges.size());
            require(ascending(edges), "finite, ascending edges of drift bins%s", "", edges);
            require(
                    Double.isFinite(min)
                            && Double.isFinite(max)
                            && (edges.isEmpty() ? min <= max : min < edges.getFirst() && edges.getLast() <= max),
                    "edges of drift bins from %s on up to the maximum",
                    min,
                    edges + " and the maximum " + max);
        }

        @Override
        public int count() {
            return edges.size() + 1;
        }
    }

    /** Of a feature with few values: each is a bin. None when it never has a value. */
    record Values(List<Double> values) implements DriftBins {
        public Values {
            values = List.copyOf(values);
            require(values.size() <= MOST, "at most %s values of drift bins", MOST, values.size());
            require(ascending(values), "finite, ascending values of drift bins%s", "", values);
        }

        @Override
        public int count() {
            return values.size();
        }
    }

    private static boolean ascending(List<Double> values) {
        for (int i = 0; i < values.size(); i++) {
            if (!Double.isFinite(values.get(i)) || (i > 0 && values.get(i - 1) >= values.get(i))) {
                return false;
            }
        }
        return true;
    }
}
