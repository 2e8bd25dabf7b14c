package dev.millrace.ingestion.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventExamplesTests {
    @TempDir
    private Path folder;

    private UseCase useCase(String fields, String... labelledFor) throws Exception {
        Path useCase = Files.createDirectories(folder.resolve("boxes"));
        Files.createDirectories(useCase.resolve("events"));
        Files.createDirectories(useCase.resolve("features"));
        Files.writeString(useCase.resolve("use-case.yaml"), "use_case: boxes\ntitle: Boxes\n");
        Files.writeString(useCase.resolve("events/boxes.avsc"), """
                {"type": "record", "name": "Box", "id": "id", "time": "at", "key": ["id", "at"],
                 "label": {"known_after": "1h"},
                 "fields": [
                  {"name": "id", "type": "string"},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  %s]}
                """.formatted(fields));
        for (String field : labelledFor) {
            Files.writeString(
                    useCase.resolve("features/" + field + ".yaml"),
                    "view: %s\nentity: %s\nsource: labels of boxes\nfeatures:\n  all: {count: all, over: [1h]}\n"
                            .formatted(field, field));
        }
        return UseCaseLoader.load(folder, "boxes");
    }

    @Test
    void followRules() throws Exception {
        UseCase useCase = useCase("""
                {"name": "least", "type": "long", "min": 5},
                {"name": "above", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, "above": 7},
                {"name": "most", "type": "int", "max": -3},
                {"name": "free", "type": "double"},
                {"name": "open", "type": "boolean"},
                {"name": "code", "type": "string", "pattern": "[A-Z]{3}"},
                {"name": "size", "type": {"type": "enum", "name": "Size", "symbols": ["S", "L"]}},
                {"name": "note", "type": ["null", "string"], "default": null}""", "code", "note");
        EventType type = useCase.event("boxes");
        assertThat(EventExamples.event(type))
                .hasValue(Map.of(
                        "id",
                        "example",
                        "at",
                        "2026-01-31T12:00:00Z",
                        "least",
                        new BigDecimal("5"),
                        "above",
                        new BigDecimal("7.01"),
                        "most",
                        new BigDecimal("-3"),
                        "free",
                        new BigDecimal("1.00"),
                        "open",
                        true,
                        "code",
                        "ABC",
                        "size",
                        "S"));
        assertThat(EventExamples.label(type, new LabelFactory(useCase, type).entityFields()))
                .hasValue(Map.of(
                        "event_type", "boxes",
                        "event_id", "example",
                        "timestamp", "2026-01-31T12:00:00Z",
                        "key", "example|1769860800000",
                        "entities", Map.of("code", "ABC"),
                        "value", 1));
    }

    @Test
    void areLeftOutWhenNoneIsAccepted() throws Exception {
        UseCase useCase = useCase("""
                {"name": "code", "type": "string", "pattern": "[a-f]{40}"}""");
        EventType type = useCase.event("boxes");
        assertThat(EventExamples.event(type)).isEmpty();
        assertThat(EventExamples.label(type, new LabelFactory(useCase, type).entityFields()))
                .isEmpty();
    }

    @Test
    void everyEventTypeThatWeShipHasOne() throws Exception {
        Path useCases = Path.of(System.getProperty("millrace.root", "..")).resolve("use-cases");
        try (Stream<Path> names = Files.list(useCases)) {
            for (Path name : names.toList()) {
                UseCaseLoader.load(useCases, name.getFileName().toString())
                        .events()
                        .values()
                        .forEach(type -> assertThat(EventExamples.event(type))
                                .as(type.name())
                                .isPresent());
            }
        }
    }
}
