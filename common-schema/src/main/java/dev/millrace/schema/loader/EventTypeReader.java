package dev.millrace.schema.loader;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.Durations;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.EventType.LabelRule;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.FieldRule.Personal;
import dev.millrace.schema.definition.Location;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.jspecify.annotations.Nullable;

/**
 * {@code events/NAME.avsc} to an event type. Beside Avro's own, the record has the properties {@code id}, {@code time},
 * {@code key} (a field or a list), {@code topic} and {@code label {field, known_after}}; a field may have {@code min},
 * {@code above}, {@code max}, {@code pattern} and {@code personal} ({@code hash} or {@code drop}).
 */
final class EventTypeReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Schema schema;
    private final String text;
    private final String file;
    private final Problems problems;

    private EventTypeReader(Schema schema, String text, String file, Problems problems) {
        this.schema = schema;
        this.text = text;
        this.file = file;
        this.problems = problems;
    }

    static EventType read(String file, String text, Problems problems) {
        Schema schema;
        try {
            JSON.readTree(text);
            schema = new Schema.Parser().parse(text);
        } catch (JsonProcessingException e) {
            throw problems.reject(
                    new Location(
                            file, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
                    "bad-json",
                    "this is not JSON: " + e.getOriginalMessage());
        } catch (SchemaParseException e) {
            throw problems.reject(new Location(file, 1), "bad-avro", "this is not an Avro schema: " + e.getMessage());
        }
        return new EventTypeReader(schema, text, file, problems).read();
    }

    private EventType read() {
        if (schema.getType() != Schema.Type.RECORD) {
            throw problems.reject(at(schema.getName()), "bad-avro", "an event is an Avro record");
        }
        String name = file.substring(file.lastIndexOf('/') + 1, file.length() - ".avsc".length());
        String id = field("id");
        String time = field("time");
        if (!isTimestamp(schema.getField(time).schema())) {
            problems.add(
                    at(time), "bad-time", "the time field '" + time + "' is a long with logicalType timestamp-millis");
        }
        Map<String, FieldRule> rules = new HashMap<>();
        for (Schema.Field field : schema.getFields()) {
            rules.put(field.name(), rule(field));
        }
        EventType type = new EventType(name, schema, id, time, key(), topic(name), label(), rules);
        schema.getFields().forEach(field -> checkPersonal(type, field));
        return type;
    }

    private void checkPersonal(EventType type, Schema.Field field) {
        Optional<Personal> personal = type.rule(field.name()).personal();
        if (personal.isEmpty()) {
            return;
        }
        boolean named = field.name().equals(type.idField())
                || field.name().equals(type.timeField())
                || type.keyFields().contains(field.name());
        String wrong = switch (personal.get()) {
            case HASH ->
                AvroTypes.nonNull(field.schema()).getType() == Schema.Type.STRING && !AvroTypes.isUuid(field.schema())
                        ? ""
                        : "a hash is text, and no UUID: give the field the type string";
            case DROP ->
                named
                        ? "an event needs its id, time and key: hash it instead"
                        : field.schema().isNullable() ? "" : "what is dropped may be missing: let its type be nullable";
        };
        if (!wrong.isEmpty()) {
            problems.add(at(field.name()), "bad-personal", "'" + field.name() + "' is personal, but " + wrong);
        }
    }

    private static boolean isTimestamp(Schema type) {
        return type.getType() == Schema.Type.LONG && type.getLogicalType() instanceof LogicalTypes.TimestampMillis;
    }

    private String field(String property) {
        Object value = schema.getObjectProp(property);
        if (!(value instanceof String name)) {
            throw problems.reject(
                    at(schema.getName()), "missing-key", "the record's property '" + property + "' names a field");
        }
        if (schema.getField(name) == null) {
            throw problems.reject(
                    at(property), "unknown-field", "'" + property + "' names '" + name + "', which is no field");
        }
        return name;
    }

    private List<String> key() {
        if (schema.getObjectProp("key") instanceof List<?> names) {
            List<String> fields = names.stream().map(Object::toString).toList();
            for (String field : fields) {
                if (schema.getField(field) == null) {
                    throw problems.reject(at("key"), "unknown-field", "'key' names '" + field + "', which is no field");
                }
            }
            return fields;
        }
        return List.of(field("key"));
    }

    private String topic(String name) {
        return schema.getObjectProp("topic") instanceof String topic ? topic : name;
    }

    private Optional<LabelRule> label() {
        if (!(schema.getObjectProp("label") instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        Optional<String> field = Optional.ofNullable(map.get("field")).map(Object::toString);
        if (field.isPresent() && schema.getField(field.get()) == null) {
            problems.add(at("label"), "unknown-field", "'label' names '" + field.get() + "', which is no field");
        }
        Object knownAfter = map.get("known_after");
        return Optional.of(new LabelRule(
                field,
                Durations.parse(String.valueOf(knownAfter))
                        .orElseThrow(() -> problems.reject(
                                at("known_after"), "bad-duration", "'known_after' is a duration such as 7d"))));
    }

    private FieldRule rule(Schema.Field field) {
        return new FieldRule(
                number(field, "min"),
                number(field, "above"),
                number(field, "max"),
                pattern(field),
                personal(field),
                field.schema().isNullable());
    }

    private Optional<BigDecimal> number(Schema.Field field, String property) {
        return switch (value(field, property)) {
            case null -> Optional.empty();
            case Number number -> Optional.of(new BigDecimal(number.toString()));
            case Object other ->
                throw problems.reject(
                        at(field.name()), "bad-number", "'" + property + "' is a number; found '" + other + "'");
        };
    }

    private Optional<Pattern> pattern(Schema.Field field) {
        try {
            return Optional.ofNullable(value(field, "pattern")).map(text -> Pattern.compile(text.toString()));
        } catch (PatternSyntaxException e) {
            throw problems.reject(at(field.name()), "bad-pattern", e.getDescription() + ": " + e.getPattern());
        }
    }

    private Optional<Personal> personal(Schema.Field field) {
        Object value = value(field, "personal");
        if (value == null) {
            return Optional.empty();
        }
        return switch (value.toString()) {
            case "hash" -> Optional.of(Personal.HASH);
            case "drop" -> Optional.of(Personal.DROP);
            default ->
                throw problems.reject(
                        at(field.name()),
                        "bad-choice",
                        "'personal' is one of [hash, drop]; found '"
                                + value.toString().toLowerCase(Locale.ROOT) + "'");
        };
    }

    private static @Nullable Object value(Schema.Field field, String property) {
        Object value = field.getObjectProp(property);
        return value == JsonProperties.NULL_VALUE ? null : value;
    }

    /** Avro keeps no lines: the field of that name, else the first that names the word. */
    private Location at(String word) {
        Matcher field = Pattern.compile("\"name\"\\s*:\\s*\"" + Pattern.quote(word) + "\"")
                .matcher(text);
        int index = field.find() ? field.start() : text.indexOf("\"" + word + "\"");
        long line = index < 0 ? 1 : text.substring(0, index).lines().count();
        return new Location(file, (int) Math.max(1, line));
    }
}
