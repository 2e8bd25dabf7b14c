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
import java.nio.charset.StandardCharsets;
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
            {"a": 1, "a": 2} | Duplicate field 'a' at line 1, column 13
            {} {}            | Trailing token (of type START_OBJECT) found after value at line 1, column 4
            [[[[]]]]         | Document nesting depth (4) exceeds the maximum allowed (3)
            """)
    void saysWhatIsWrongAndWhereAndNoMore(String text, String message) {
        JsonProcessingException refused = catchThrowableOfType(
                JsonProcessingException.class, () -> READER.readTree(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(UnreadableJson.message(refused)).isEqualTo(message);
    }
}
