package dev.millrace.prediction.model;

/**
 * A version in the registry.
 *
 * @param source the package's folder, as the registry names it ({@code mlflow-artifacts:/…})
 */
public record RegisteredVersion(String version, String source) {}
