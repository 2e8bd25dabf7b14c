package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.stream.config.StreamConfig;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/** One compiled engine per checkpoint and JVM: an executor's tasks share it. Another generation's definitions may differ. */
public final class Engines {
    private static final ConcurrentHashMap<Edition, FeatureEngine> COMPILED = new ConcurrentHashMap<>();

    private Engines() {}

    private record Edition(Path folder, String checkpoint) {}

    /** @throws dev.millrace.schema.definition.InvalidUseCaseException when the use case cannot be run */
    public static FeatureEngine of(StreamConfig config) {
        return COMPILED.computeIfAbsent(
                new Edition(Path.of(config.useCases(), config.useCase()), config.checkpoint()),
                edition -> compiled(edition.folder()));
    }

    /** The same from the definitions as they are now, whatever runs. */
    public static FeatureEngine now(StreamConfig config) {
        return compiled(Path.of(config.useCases(), config.useCase()));
    }

    private static FeatureEngine compiled(Path folder) {
        return FeatureEngine.load(folder);
    }
}
