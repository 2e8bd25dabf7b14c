package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The use case of the tests. */
public final class Parcels {

    public static final String MODEL = "late";
    public static final Path USE_CASES = Path.of("src/test/resources/use-cases").toAbsolutePath();
    public static final FeatureEngine ENGINE = FeatureEngine.compile(UseCaseLoader.load(USE_CASES, "parcels"));

    private Parcels() {}

    /** As its own folder defines it. */
    public static CompiledModel compiled() {
        return new CompiledModel(ENGINE.useCase(), model());
    }

    /** Edits a definition of a copy. */
    static void replace(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    public static Model model() {
        return ENGINE.model(MODEL).orElseThrow();
    }
}
