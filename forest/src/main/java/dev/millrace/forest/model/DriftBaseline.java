package dev.millrace.forest.model;

import static dev.millrace.forest.model.Checks.require;

import java.util.List;

/**
 * What a model was trained on, as far as it takes to see that the present is different.
 *
 * @param rows that it was made of
 * @param features per feature of the vector, before scaling
 * @param score of the scores that the model gave these rows, as {@link ShortestDecimal} has them
 */
public record DriftBaseline(long rows, List<DriftHistogram> features, DriftHistogram score) {

    public DriftBaseline {
        features = List.copyOf(features);
        score = score.ofScores();
        require(rows > 0, "a drift baseline of at least %s row", 1, rows);
    }

    /** The same of the score alone. */
    public DriftBaseline ofScore() {
        return new DriftBaseline(rows, List.of(), score);
    }
}
