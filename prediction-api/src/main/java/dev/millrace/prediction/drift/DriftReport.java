package dev.millrace.prediction.drift;

import java.util.List;

/**
 * What a monitor has seen.
 *
 * @param rows in the window
 * @param baselineRows that the model was trained on
 * @param features those of the vector, then the score
 */
public record DriftReport(long rows, long baselineRows, List<FeatureDrift> features) {

    public DriftReport {
        features = List.copyOf(features);
    }
}
