package dev.millrace.web.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonSchemasTests {
    @TempDir
    private Path folder;

    private EventType letters() throws IOException {
        Path events = Files.createDirectories(folder.resolve("letters/events"));
        Files.createDirectories(folder.resolve("letters/features"));
        Files.writeString(folder.resolve("letters/use-case.yaml"), "use_case: letters\ntitle: Letters\n");
        Files.writeString(events.resolve("letters.avsc"), """
                {"type": "record", "name": "Letter", "id": "id", "time": "at", "key": "id", "fields": [
                  {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}, "doc": "with tax"},
                  {"name": "to", "type": ["null", "string"], "doc": "a name", "pattern": "[a-z]+", "personal": "hash"},
                  {"name": "grams", "type": ["null", "int"], "min": 1, "max": 10, "personal": "drop"},
                  {"name": "width", "type": "double", "above": 0},
                  {"name": "count", "type": "long"},
                  {"name": "raw", "type": "bytes"},
                  {"name": "fast", "type": "boolean"},
                  {"name": "size", "type": ["null", {"type": "enum", "name": "Size", "symbols": ["S", "L"]}]}]}""");
        return UseCaseLoader.load(folder, "letters").event("letters");
    }

    @Test
    @SuppressWarnings("unchecked")
    void anEventHasItsFieldsWithTheirRules() throws IOException {
        Map<String, Object> schema = JsonSchemas.event(letters());
        assertThat(schema).containsEntry("additionalProperties", false);
        assertThat((List<String>) schema.get("required"))
                .containsExactly("id", "at", "price", "width", "count", "raw", "fast");
        Map<String, Object> fields = (Map<String, Object>) schema.get("properties");
        assertThat(fields)
                .containsEntry("id", Map.of("type", "string", "format", "uuid"))
                .containsEntry("at", JsonSchemas.TIME)
                .containsEntry(
                        "price",
                        Map.of(
                                "type",
                                "number",
                                "multipleOf",
                                new BigDecimal("0.01"),
                                "minimum",
                                new BigDecimal("-9999.99"),
                                "maximum",
                                new BigDecimal("9999.99"),
                                "description",
                                "with tax"))
                .containsEntry(
                        "to",
                        Map.of(
                                "type",
                                List.of("string", "null"),
                                "maxLength",
                                1_000,
                                "pattern",
                                "^(?:[a-z]+)$",
                                "description",
                                "a name; personal: replaced by a keyed hash before anything is written"))
                .containsEntry(
                        "grams",
                        Map.of(
                                "type",
                                List.of("integer", "null"),
                                "minimum",
                                BigDecimal.ONE,
                                "maximum",
                                BigDecimal.TEN,
                                "description",
                                "personal: dropped before anything is written"))
                .containsEntry("width", Map.of("type", "number", "exclusiveMinimum", BigDecimal.ZERO))
                .containsEntry(
                        "count", Map.of("type", "integer", "minimum", -999_999_999_999L, "maximum", 999_999_999_999L))
                .containsEntry("raw", Map.of("type", "string"))
                .containsEntry("fast", Map.of("type", "boolean"))
                .containsEntry(
                        "size", Map.of("type", List.of("string", "null"), "enum", Arrays.asList("S", "L", null)));
    }

    @Test
    void aLabelMayBeWhatItsEventsOwnFlagCouldBe() throws IOException {
        assertThat(JsonSchemas.labelValue(labelled("fast")))
                .isEqualTo(Map.of("type", "integer", "minimum", 0L, "maximum", 1L));
        assertThat(JsonSchemas.labelValue(labelled("grams")))
                .isEqualTo(Map.of("type", "integer", "minimum", BigDecimal.ONE, "maximum", BigDecimal.TEN));
        assertThat(JsonSchemas.labelValue(labelled(null))).isEqualTo(Map.of("type", "number"));
        assertThat(JsonSchemas.byLabelValue(List.of(labelled("width"), labelled("fast"), labelled("width"))))
                .hasSize(2);
    }

    private EventType labelled(@Nullable String flag) throws IOException {
        EventType type = letters();
        return new EventType(
                type.name(),
                type.schema(),
                type.idField(),
                type.timeField(),
                type.keyFields(),
                type.topic(),
                Optional.of(new EventType.LabelRule(Optional.ofNullable(flag), Duration.ofDays(1))),
                type.rules());
    }

    @Test
    void timesAreThoseThatAnEventMayHave() {
        Pattern pattern = Pattern.compile(String.valueOf(JsonSchemas.TIME.get("pattern")));
        for (String taken : List.of(
                "2026-01-31T12:00:00Z",
                "2026-01-31t12:00:59.123456789z",
                "2026-01-31T12:00:00-18:00",
                "2026-01-31T12:00:00+17:59")) {
            assertThat(taken).containsPattern(pattern);
            assertThat(OffsetDateTime.parse(taken)).isNotNull();
        }
        for (String refused : List.of(
                "2026-01-31T12:00:00+18:01",
                "2026-01-31T12:00:00-23:59",
                "2026-12-31T23:59:60Z",
                "2026-01-31T12:00:00.1234567890Z")) {
            assertThat(refused).doesNotContainPattern(pattern);
            assertThatThrownBy(() -> OffsetDateTime.parse(refused)).isInstanceOf(DateTimeParseException.class);
        }
    }
}
