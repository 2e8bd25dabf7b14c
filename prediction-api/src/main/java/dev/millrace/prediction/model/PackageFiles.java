package dev.millrace.prediction.model;

import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.model.GoldenRow;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;

/** The files of a package as they came, not yet believed. */
record PackageFiles(RegisteredVersion version, byte[] manifest, byte[] trees) {

    /** Enough rounds for the JIT to compile the scoring. */
    private static final int WARM_UP_SCORES = 20_000;

    /**
     * Opens the package (digest, signature, golden rows) and warms it up.
     *
     * @param model the name it must have
     * @param definitions digest of the feature definitions that it must have been trained under
     */
    ServedModel open(String model, String definitions) throws ModelFormatException {
        ModelPackage opened = ModelPackage.open(manifest, trees);
        ModelManifest says = opened.manifest();
        if (!says.model().equals(model)) {
            throw ModelFormatException.invalid("a package of the model " + model, "one of " + says.model());
        }
        if (!says.definitionsDigest().equals(definitions)) {
            throw ModelFormatException.invalid(
                    "a package trained under the feature definitions " + definitions,
                    "one trained under " + says.definitionsDigest() + ": train again");
        }
        float[] scratch = new float[says.features().size()];
        float sum = 0;
        for (int i = 0; i < WARM_UP_SCORES && !says.golden().isEmpty(); i++) {
            GoldenRow row = says.golden().get(i % says.golden().size());
            sum += opened.score(row.vector(), scratch);
        }
        if (Float.isNaN(sum)) {
            throw ModelFormatException.invalid("scores that are numbers", "NaN while warming up");
        }
        return new ServedModel(version, opened);
    }
}
