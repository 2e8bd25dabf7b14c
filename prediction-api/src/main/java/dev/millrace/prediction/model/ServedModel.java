package dev.millrace.prediction.model;

import dev.millrace.forest.model.ModelPackage;

/**
 * A model that answers: warm, and proved to be what its manifest says.
 *
 * @param compiled of the definitions that it was trained under
 */
public record ServedModel(RegisteredVersion registered, ModelPackage model, CompiledModel compiled) {

    public String name() {
        return model.manifest().model();
    }

    /** The version as answers show it: {@code v3}. */
    public String version() {
        return "v" + registered.version();
    }
}
