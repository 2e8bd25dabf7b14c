package dev.millrace.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.DefinitionFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that JSON can say and hardly anything can hold: each type has a value for them or refuses them by name. */
final class ExtremeNumbersTests {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final EventType TYPE = boxes();

    private final EventJson reader = new EventJson(TYPE);

    private static EventType boxes() {
        String schema = """
                {"type": "record", "name": "Box", "id": "id", "time": "time", "key": "id", "fields": [
                  {"name": "id", "type": "string"},
                  {"name": "time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "decimal", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
                  {"name": "long", "type": "long"},
                  {"name": "int", "type": "int"},
                  {"name": "double", "type": "double"},
                  {"name": "ruled", "type": "double", "min": -5, "max": 1e300},
                  {"name": "float", "type": "float"}]}""";
        Map<String, byte[]> files = Map.of(
                "use-case.yaml", "use_case: boxes\ntitle: Boxes\n".getBytes(StandardCharsets.UTF_8),
                "events/boxes.avsc", schema.getBytes(StandardCharsets.UTF_8));
        UseCase useCase = new DefinitionFiles("boxes", new TreeMap<>(files)).load();
        return useCase.event("boxes");
    }

    private String read(String field, JsonNode number) {
        try {
            return String.valueOf(reader.value(field, number));
        } catch (InvalidEventException e) {
            assertThat(e.field()).isEqualTo(field);
            return e.code();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1e2147483647   | out-of-range | wrong-type   | wrong-type   | out-of-range   | out-of-range | out-of-range
            1e2147483648   | out-of-range | wrong-type   | wrong-type   | out-of-range   | out-of-range | out-of-range
            0e2147483648   | 0.00         | 0            | 0            | 0.0            | 0.0          | 0.0
            -1e2147483647  | out-of-range | wrong-type   | wrong-type   | out-of-range   | out-of-range | out-of-range
            100e2147483647 | out-of-range | wrong-type   | wrong-type   | out-of-range   | out-of-range | out-of-range
            1e999          | out-of-range | wrong-type   | wrong-type   | out-of-range   | out-of-range | out-of-range
            1e-2147483647  | too-precise  | wrong-type   | wrong-type   | 0.0            | 0.0          | 0.0
            -1e-2147483647 | too-precise  | wrong-type   | wrong-type   | -0.0           | -0.0         | -0.0
            0e2147483647   | 0.00         | 0            | 0            | 0.0            | 0.0          | 0.0
            0e-2147483647  | 0.00         | 0            | 0            | 0.0            | 0.0          | 0.0
            1e39           | out-of-range | wrong-type   | wrong-type   | 1.0E39         | 1.0E39       | out-of-range
            1e18           | out-of-range | out-of-range | out-of-range | 1.0E18         | 1.0E18       | 1.0E18
            999999999999   | out-of-range | 999999999999 | out-of-range | 9.99999999999E11 | 9.99999999999E11 | 1.0E12
            1000e-3        | 1.00         | 1            | 1            | 1.0            | 1.0          | 1.0
            """)
    void areRefusedByNameOrHaveAValue(
            String number, String decimal, String wholeLong, String wholeInt, String real, String ruled, String single)
            throws IOException {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("decimal", decimal);
        expected.put("long", wholeLong);
        expected.put("int", wholeInt);
        expected.put("double", real);
        expected.put("ruled", ruled);
        expected.put("float", single);
        expected.put("time", "wrong-type");
        JsonNode json = JSON.readTree(number);
        expected.forEach((field, outcome) ->
                assertThat(read(field, json)).as(field + " " + number).isEqualTo(outcome));
    }

    @Test
    void numbersOfManyDigitsAreRefused() throws IOException {
        for (String number : new String[] {"9".repeat(1_000), "-1" + "0".repeat(900), "1." + "0".repeat(900) + "1"}) {
            JsonNode json = JSON.readTree(number);
            for (String field : new String[] {"decimal", "long", "int"}) {
                assertThat(read(field, json))
                        .as(field + " " + number)
                        .isIn("out-of-range", "too-precise", "wrong-type");
            }
        }
    }
}
