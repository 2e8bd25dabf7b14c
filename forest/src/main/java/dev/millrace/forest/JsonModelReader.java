package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.malformed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a model in JSON. Every real number of a model is a float32, so it is parsed as one: no double rounding. */
final class JsonModelReader {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonParser parser;

    private JsonModelReader(JsonParser parser) {
        this.parser = parser;
    }

    static Value read(byte[] bytes) throws ModelFormatException {
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            JsonModelReader reader = new JsonModelReader(parser);
            Value value = reader.value(parser.nextToken(), 0);
            JsonToken more = parser.nextToken();
            if (more != null) {
                throw malformed("the end of the file", "more JSON after it: " + more);
            }
            return value;
        } catch (IOException e) {
            throw malformed("a complete JSON file", String.valueOf(e.getMessage()));
        }
    }

    private Value value(@Nullable JsonToken token, int depth) throws IOException, ModelFormatException {
        ValueBuilder.checkDepth(depth);
        return switch (token) {
            case START_OBJECT -> object(depth);
            case START_ARRAY -> array(depth);
            case VALUE_STRING -> new Value.Text(parser.getText());
            case VALUE_TRUE -> new Value.Num(1);
            case VALUE_FALSE -> new Value.Num(0);
            case VALUE_NULL -> new Value.Nothing();
            case VALUE_NUMBER_INT -> new Value.Num(parser.getDoubleValue());
            case VALUE_NUMBER_FLOAT -> new Value.Num(parser.getFloatValue());
            case null, default -> throw malformed("a JSON value", String.valueOf(token));
        };
    }

    private Value object(int depth) throws IOException, ModelFormatException {
        Map<String, Value> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            fields.put(name, value(parser.nextToken(), depth + 1));
        }
        return new Value.Fields(fields);
    }

    private Value array(int depth) throws IOException, ModelFormatException {
        ValueBuilder values = new ValueBuilder();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            values.add(value(token, depth + 1));
        }
        return values.build();
    }
}
