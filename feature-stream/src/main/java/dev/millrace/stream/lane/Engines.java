package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.schema.loader.UseCaseLoader;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/** One compiled engine per use case and JVM: an executor's tasks share it. */
public final class Engines {
    private static final ConcurrentHashMap<Path, FeatureEngine> COMPILED = new ConcurrentHashMap<>();

    private Engines() {}

    /** @throws dev.millrace.schema.definition.InvalidUseCaseException when the use case cannot be run */
    public static FeatureEngine of(String useCases, String useCase) {
        return COMPILED.computeIfAbsent(
                Path.of(useCases, useCase), folder -> FeatureEngine.compile(UseCaseLoader.load(folder)));
    }
}
