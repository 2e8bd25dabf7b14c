package dev.millrace.prediction.usecase;

import java.util.Set;

/** Where a model is asked by its name, whatever path of its own it has. */
public record ModelPaths(String predict, String batch, String infer) {

    public static ModelPaths of(String model) {
        return new ModelPaths(
                "/v1/models/" + model + "/predict",
                "/v1/models/" + model + "/predict:batch",
                "/v2/models/" + model + "/infer");
    }

    boolean contains(String path) {
        return Set.of(predict, batch, infer).contains(path);
    }
}
