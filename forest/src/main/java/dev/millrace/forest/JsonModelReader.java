package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.malformed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a model in JSON. Every real number of a model is a float32, so it is parsed as one: no double rounding. */
final class JsonModelReader {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // Names of a file are not to outlive it.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(UbjReader.MAX_TEXT)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonParser parser;
    private final Room room;

    private JsonModelReader(JsonParser parser, Room room) {
        this.parser = parser;
        this.room = room;
    }

    static Value read(byte[] bytes, Room room) throws ModelFormatException {
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            JsonModelReader reader = new JsonModelReader(parser, room);
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
            case VALUE_STRING -> new Value.Text(text());
            case VALUE_TRUE -> new Value.Num(1);
            case VALUE_FALSE -> new Value.Num(0);
            case VALUE_NULL -> new Value.Nothing();
            case VALUE_NUMBER_INT -> new Value.Num(parser.getDoubleValue());
            case VALUE_NUMBER_FLOAT -> new Value.Num(parser.getFloatValue());
            case null, default -> throw malformed("a JSON value", String.valueOf(token));
        };
    }

    private Value object(int depth) throws IOException, ModelFormatException {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.END_OBJECT) {
            return Value.Fields.NONE;
        }
        room.take(Room.CONTAINER);
        Map<String, Value> fields = new LinkedHashMap<>();
        for (; token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
            String name = parser.currentName();
            room.take(Room.FIELD + 2L * Room.TEXT + 2L * name.length());
            fields.put(name, value(parser.nextToken(), depth + 1));
        }
        return new Value.Fields(fields);
    }

    private String text() throws IOException, ModelFormatException {
        String text = parser.getText();
        room.take(Room.TEXT + 2L * text.length());
        return text;
    }

    private Value array(int depth) throws IOException, ModelFormatException {
        ValueBuilder values = new ValueBuilder(room);
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            values.add(value(token, depth + 1));
        }
        return values.build();
    }
}
