package dev.millrace.prediction.usecase;

/** Where a model is asked by its name, whatever path of its own it has: that is never one of these. */
public record ModelPaths(String predict, String batch, String infer) {

    public static ModelPaths of(String model) {
        return new ModelPaths(
                "/v1/models/" + model + "/predict",
                "/v1/models/" + model + "/predict:batch",
                "/v2/models/" + model + "/infer");
    }
}
