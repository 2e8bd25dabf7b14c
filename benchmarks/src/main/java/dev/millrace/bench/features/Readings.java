package dev.millrace.bench.features;

import dev.millrace.bench.OwnUseCase;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The use case that the engine is measured with: one view of five aggregates over five windows of sixty tiles. */
final class Readings {
    static final String USE_CASE = "readings";

    private static final OwnUseCase OWN =
            new OwnUseCase(USE_CASE, List.of("use-case.yaml", "events/readings.avsc", "features/device.yaml"));

    private Readings() {}

    /** The folder of use cases that holds it, in a new temporary folder. */
    static Path folder() {
        return OWN.folder();
    }

    static View view() {
        return view(folder());
    }

    /** How finely the windows move. */
    enum Resolution {
        RELATIVE("a sixtieth"),
        EXACT("a millisecond");

        private final String text;

        Resolution(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** Over other windows. */
    static View view(List<String> windows, Resolution resolution) {
        Path folder = folder();
        Path file = folder.resolve(USE_CASE).resolve("features/device.yaml");
        try {
            String definition = Files.readString(file).replaceAll("over: \\[.*?]", "over: " + windows);
            Files.writeString(
                    file,
                    resolution == Resolution.EXACT
                            ? definition.replace("features:", "resolution: exact\nfeatures:")
                            : definition);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return view(folder);
    }

    private static View view(Path folder) {
        return FeatureEngine.compile(UseCaseLoader.load(folder, USE_CASE))
                .view("device")
                .orElseThrow();
    }

    /** What the view takes of a reading. */
    static ProjectedEvent event(View view, long time, long id, long value) {
        long[] inputs = new long[view.inputs()];
        Arrays.fill(inputs, value);
        return new ProjectedEvent(time, id, 0, inputs);
    }
}
