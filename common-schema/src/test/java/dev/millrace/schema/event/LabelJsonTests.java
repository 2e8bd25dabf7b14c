package dev.millrace.schema.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelJsonTests {
    /** As a service reads it that reads doubles, not exact decimals. */
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    /** @param flag the definition of a field, or nothing when its events do not say it themselves */
    private EventType boxes(String flag) throws IOException {
        Path events = Files.createDirectories(folder.resolve("boxes/events"));
        Files.createDirectories(folder.resolve("boxes/features"));
        Files.writeString(folder.resolve("boxes/use-case.yaml"), "use_case: boxes\ntitle: Boxes\n");
        Files.writeString(events.resolve("boxes.avsc"), """
                {"type": "record", "name": "Box", "id": "id", "time": "at", "key": "id",
                 "label": {%s"known_after": "1d"}, "fields": [
                  %s{"name": "id", "type": "string"},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}""".formatted(
                        flag.isEmpty() ? "" : "\"field\": \"lost\", ",
                        flag.isEmpty() ? "" : "{\"name\": \"lost\", %s}, ".formatted(flag)));
        return UseCaseLoader.load(folder, "boxes").event("boxes");
    }

    private static JsonNode label(String value) throws IOException {
        return JSON.readTree(value == null ? "{}" : "{\"value\": %s}".formatted(value));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "type": ["null", "int"], "min": 0, "max": 1 | 1
            "type": ["null", "int"], "min": 0, "max": 1 | 0.0
            "type": ["null", "int"]                     | -3
            "type": ["null", "boolean"]                 | 1
            "type": "double", "above": 0                | 0.25
            ``                                          | 7.5
            """)
    void takesWhatTheEventCouldSayItself(String flag, String value) throws IOException {
        assertThat(LabelJson.value(boxes(flag), label(value))).isEqualTo(Double.parseDouble(value));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "type": ["null", "int"], "min": 0, "max": 1 | 7     | out-of-range  | 'value' is the lost of its event: 'lost': expected a number of at most 1, found 7
            "type": ["null", "int"], "min": 0, "max": 1 | -1    | out-of-range  | 'value' is the lost of its event: 'lost': expected a number of at least 0, found -1
            "type": ["null", "int"], "min": 0, "max": 1 | 0.5   | wrong-type    | 'value' is the lost of its event: 'lost': expected a whole number, found 0.5
            "type": ["null", "boolean"]                 | 2     | out-of-range  | 'value' is the lost of its event: 'lost': expected 0 or 1, found 2
            "type": "double", "above": 0                | 0     | out-of-range  | 'value' is the lost of its event: 'lost': expected a number above 0, found 0
            "type": "double"                            | 1e999 | wrong-type    | 'value': expected a number, found "Infinity"
            "type": "double"                            | "1"   | wrong-type    | 'value': expected a number, found "1"
            "type": "double"                            | null  | missing-field | 'value' is missing
            ``                                          |       | missing-field | 'value' is missing
            """)
    void refusesWhatNoEventCouldSay(String flag, String value, String code, String message) throws IOException {
        EventType type = boxes(flag);
        JsonNode label = label(value);
        InvalidEventException refused =
                catchThrowableOfType(InvalidEventException.class, () -> LabelJson.value(type, label));
        assertThat(refused).hasMessage(message);
        assertThat(refused.field()).isEqualTo("value");
        assertThat(refused.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "7.0, 7", "1000000000, 1000000000"})
    void takesARevisionThatAnotherCanFollow(String revision, int expected) throws IOException {
        assertThat(LabelJson.revision(revised(revision))).hasValue(expected);
    }

    @Test
    void noRevisionIsNone() throws IOException {
        assertThat(LabelJson.revision(revised("null"))).isEmpty();
        assertThat(LabelJson.revision(JSON.readTree("{}"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0.5", "1000000001", "2147483647", "1e99", "\"1\"", "true"})
    void refusesOtherRevisions(String revision) throws IOException {
        JsonNode label = revised(revision);
        InvalidEventException refused =
                catchThrowableOfType(InvalidEventException.class, () -> LabelJson.revision(label));
        assertThat(refused)
                .hasMessage(
                        "'revision': expected a whole number from 0 to 1000000000, found " + label.path("revision"));
        assertThat(refused.field()).isEqualTo("revision");
        assertThat(refused.code()).isEqualTo("out-of-range");
    }

    private static JsonNode revised(String revision) throws IOException {
        return JSON.readTree("{\"revision\": %s}".formatted(revision));
    }

    @Test
    void aTypeWithoutAFlagOfItsOwnHasNone() throws IOException {
        assertThat(LabelJson.flag(boxes(""))).isEmpty();
        assertThat(LabelJson.flag(boxes("\"type\": \"int\"")))
                .hasValueSatisfying(flag -> assertThat(flag.name()).isEqualTo("lost"));
    }
}
