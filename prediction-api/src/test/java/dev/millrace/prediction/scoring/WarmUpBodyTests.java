package dev.millrace.prediction.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.prediction.Parcels;
import dev.millrace.prediction.usecase.Example;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpBodyTests {

    private static final String MADE_UP = "{\"depot\":1,\"price\":1.00,\"sender\":\"\"}";
    private static final ServeDefinition SERVE =
            Parcels.model().definition().serve().orElseThrow();
    private static final EventType ROWS =
            Parcels.ENGINE.useCase().event(Parcels.model().definition().rows());

    @TempDir
    private Path folder;

    private String body(String example) throws Exception {
        Path file = Files.writeString(folder.resolve("example.json"), example);
        return new String(new WarmUpBody(Example.read(file).stream().toList()).of(SERVE, ROWS), StandardCharsets.UTF_8);
    }

    @Test
    void isTheUseCasesExample() throws Exception {
        assertThat(body("{\"path\": \"/score\", \"body\": {\"depot\": 2}}")).isEqualTo("{\"depot\":2}");
    }

    @Test
    void isMadeUpWithoutAnExampleOfThisPath() throws Exception {
        assertThat(body("{\"path\": \"/other\", \"body\": {\"depot\": 2}}")).isEqualTo(MADE_UP);
        assertThat(body("{")).isEqualTo(MADE_UP);
        assertThat(Example.read(folder.resolve("none"))).isEmpty();
        assertThat(new String(new WarmUpBody(List.of()).of(SERVE, ROWS), StandardCharsets.UTF_8))
                .isEqualTo(MADE_UP);
    }
}
