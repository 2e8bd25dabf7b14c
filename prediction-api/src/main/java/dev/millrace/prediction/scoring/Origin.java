package dev.millrace.prediction.scoring;

import dev.millrace.forest.model.ModelManifest;
import dev.millrace.prediction.model.ServedModel;

/**
 * Who gave an answer.
 *
 * @param alias of the version when it answered
 * @param version such as {@code v3}
 * @param definitionsDigest of everything that determines a vector
 * @param modelDigest SHA-256 of the trees
 */
public record Origin(String alias, String version, String definitionsDigest, String modelDigest) {

    private static final String NONE = "none";

    /** No model. */
    public static final Origin RULE = new Origin(NONE, NONE, "", "");

    static Origin of(String alias, ServedModel served) {
        ModelManifest manifest = served.model().manifest();
        return new Origin(alias, served.version(), manifest.definitionsDigest(), manifest.treesDigest());
    }
}
