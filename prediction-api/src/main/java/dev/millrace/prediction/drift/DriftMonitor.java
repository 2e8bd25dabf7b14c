package dev.millrace.prediction.drift;

import dev.millrace.forest.model.DriftBaseline;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Counts the vectors and scores of the last hour, and holds them against what the model was trained on. Thread-safe. */
public final class DriftMonitor {

    /** What the score itself is called among the features. */
    public static final String SCORE = "score";

    /** Rows in the window below which nothing is said: it would be chance. */
    static final int LEAST_ROWS = 200;

    private static final int STRIPES = 8;

    private final List<String> names;
    private final Bins[] bins;
    private final int[] from;
    private final long baselineRows;
    private final Window window;
    private final Clock clock;

    /** @param features the names of the vector's elements */
    public DriftMonitor(List<String> features, DriftBaseline baseline, Clock clock) {
        this.names = Stream.concat(features.stream(), Stream.of(SCORE)).toList();
        this.bins = Stream.concat(baseline.features().stream(), Stream.of(baseline.score()))
                .map(Bins::new)
                .toArray(Bins[]::new);
        this.from = new int[bins.length + 1];
        for (int i = 0; i < bins.length; i++) {
            from[i + 1] = from[i] + bins[i].slots();
        }
        this.baselineRows = baseline.rows();
        this.window = new Window(from[bins.length], STRIPES);
        this.clock = clock;
    }

    /** Counts one answer. Allocates nothing. */
    public void observe(double[] vector, double score) {
        Window.Stripe stripe = window.mine();
        synchronized (stripe) {
            int[] counts = stripe.at(clock.millis());
            int last = bins.length - 1;
            for (int i = 0; i < last; i++) {
                counts[from[i] + bins[i].slot(vector[i])]++;
            }
            counts[from[last] + bins[last].slot(score)]++;
        }
    }

    public DriftReport report() {
        long[] counts = window.sum(clock.millis());
        long rows = 0;
        // Every row has a score: its slots hold them all.
        for (int slot = from[bins.length - 1]; slot < from[bins.length]; slot++) {
            rows += counts[slot];
        }
        List<FeatureDrift> features = new ArrayList<>();
        for (int i = 0; i < bins.length; i++) {
            features.add(FeatureDrift.of(names.get(i), bins[i], counts, from[i], rows, baselineRows, LEAST_ROWS));
        }
        return new DriftReport(rows, baselineRows, features);
    }
}
