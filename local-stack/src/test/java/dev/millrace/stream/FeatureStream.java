package dev.millrace.stream;

import dev.millrace.local.cli.FakeService;

/** Has the name of the real one, which this module must not depend on. */
public final class FeatureStream {
    private FeatureStream() {}

    public static void main(String[] arguments) throws Exception {
        FakeService.start();
    }
}
