package dev.millrace.prediction.model;

import dev.millrace.prediction.TestPackages;
import java.nio.file.Path;

/** Puts a package where a service finds it that cannot reach the registry. */
public final class TestCache {

    private TestCache() {}

    public static void keep(Path folder, String model, String version, TestPackages files) throws Exception {
        RegisteredVersion registered = new RegisteredVersion(version, "mlflow-artifacts:/0/a/artifacts/model");
        new ModelCache(folder).keep(model, new PackageFiles(registered, files.files()));
    }
}
