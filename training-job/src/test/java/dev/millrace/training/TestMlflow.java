package dev.millrace.training;

import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import java.net.URI;
import java.nio.file.Path;

/** A real MLflow for the tests, and the Python that its models are loaded with. */
public final class TestMlflow {

    private TestMlflow() {}

    public static URI uri() {
        return URI.create(LocalStack.shared(Server.MLFLOW).mlflow().trackingUri());
    }

    public static Path python() {
        return LocalStack.python();
    }
}
