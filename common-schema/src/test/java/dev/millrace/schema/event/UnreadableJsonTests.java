package dev.millrace.schema.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnreadableJsonTests {
    private static final ObjectReader READER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(3).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build()
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1,         | Unexpected end-of-input within/between Object entries at line 1, column 9
            {"a": [1         | Unexpected end-of-input: expected close marker for Array (start marker at line 1, column 7) at line 1, column 9
            {"a": "x         | Unexpected end-of-input in VALUE_STRING at line 1, column 9
            {"a": 1, "a": 2} | Duplicate field at line 1, column 13
            {} {}            | Trailing token (of type START_OBJECT) found after value at line 1, column 4
            [[[[]]]]         | Document nesting depth (4) exceeds the maximum allowed (3)
            {"name": Smith}  | Unrecognized token: was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at line 1, column 10
            {"name": Smith's} | Unrecognized token: was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at line 1, column 10
            {"name": 'Smith'} | Unexpected character: expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at line 1, column 10
            {Smith: 1}       | Unexpected character: was expecting double-quote to start field name at line 1, column 2
            Smith            | Unrecognized token: was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at line 1, column 1
            {"a": 1} Smith   | Unrecognized token: was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at line 1, column 10
            {"Smith": 1, "Smith": 2} | Duplicate field at line 1, column 21
            {"Smith": expected": 1, "x": 2} | Unrecognized token: was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at line 1, column 11
            {"it's: was expecting Smith": 1, "it's: was expecting Smith": 2} | Duplicate field at line 1, column 61
            {"a": 4111111111111111Smith} | Unexpected character: was expecting comma to separate Object entries at line 1, column 23
            {"a": 04111111111111111} | Invalid numeric value at line 1, column 8
            {"a": 4111111111111111.} | Unexpected character at line 1, column 24
            {"a": -Smith}    | Unexpected character at line 1, column 8
            {"a": "\\Smith"} | Unrecognized character escape at line 1, column 9
            {"a": "\\uSmith"} | Unexpected character: expected a hex-digit for character escape sequence at line 1, column 10
            {"a": NaN}       | Non-standard token at line 1, column 10
            {"a": [1}        | Unexpected close marker '}': expected ']' (for Array starting at line 1, column 7) at line 1, column 9
            """)
    void saysWhatIsWrongAndWhereAndNothingOfTheTextItself(String text, String message) {
        JsonProcessingException refused = catchThrowableOfType(
                JsonProcessingException.class, () -> READER.readTree(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(UnreadableJson.message(refused)).isEqualTo(message);
    }

    @Test
    void bytesThatAreNoTextAreNotShown() {
        byte[] beginsAsUtf32 = {0, 0, 0, '[', 0x7f, 'S', 'm', 'i'};
        IOException refused = catchThrowableOfType(IOException.class, () -> READER.readTree(beginsAsUtf32));
        assertThat(refused).isNotInstanceOf(JsonProcessingException.class);
        assertThat(UnreadableJson.message(refused)).isEqualTo("its bytes are no text in UTF-8, UTF-16 or UTF-32");
    }
}
