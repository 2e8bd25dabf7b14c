package dev.millrace.schema.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.Schema;

/** What a label says in JSON: what turned out to be true of an event, as a number, and in which revision. */
public final class LabelJson {
    /** The label's field. */
    public static final String VALUE = "value";

    /** The label's field that says which of an event's labels counts: the one with the highest. */
    public static final String REVISION = "revision";

    /** Of a revision: far from what an int holds, so that there is always a next one. */
    public static final int GREATEST_REVISION = 1_000_000_000;

    private LabelJson() {}

    /** The field in which events of the type say themselves what is true of them; its rule is that of their labels, too. */
    public static Optional<Schema.Field> flag(EventType type) {
        return type.label()
                .flatMap(EventType.LabelRule::field)
                .map(name -> type.schema().getField(name));
    }

    /**
     * The revision, if the label says one.
     *
     * @param label the whole object
     * @throws InvalidEventException names the field {@value #REVISION}
     */
    public static OptionalInt revision(JsonNode label) {
        JsonNode revision = label.path(REVISION);
        if (revision.isMissingNode() || revision.isNull()) {
            return OptionalInt.empty();
        }
        if (!revision.canConvertToExactIntegral()
                || !revision.canConvertToInt()
                || revision.intValue() < 0
                || revision.intValue() > GREATEST_REVISION) {
            throw new InvalidEventException(
                    REVISION,
                    "out-of-range",
                    "'revision': expected a whole number from 0 to %d, found %s"
                            .formatted(GREATEST_REVISION, revision));
        }
        return OptionalInt.of(revision.intValue());
    }

    /**
     * A number, whatever it is about.
     *
     * @param label the whole object
     * @throws InvalidEventException names the field {@value #VALUE}
     */
    public static double value(JsonNode label) {
        JsonNode value = label.path(VALUE);
        if (value.isMissingNode() || value.isNull()) {
            throw new InvalidEventException(VALUE, "missing-field", "'value' is missing");
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new InvalidEventException(VALUE, "wrong-type", "'value': expected a number, found " + value);
        }
        return value.doubleValue();
    }

    /**
     * A number that the event's own flag could be; of one that is true or false, 0 or 1.
     *
     * @param label the whole object
     * @throws InvalidEventException names the field {@value #VALUE}, and the flag whose type or rule it breaks
     */
    public static double value(EventType type, JsonNode label) {
        double number = value(label);
        flag(type).ifPresent(flag -> {
            try {
                check(type, flag, number, label.get(VALUE));
            } catch (InvalidEventException e) {
                throw new InvalidEventException(
                        VALUE, e.code(), "'value' is the " + flag.name() + " of its event: " + e.getMessage());
            }
        });
        return number;
    }

    private static void check(EventType type, Schema.Field flag, double number, JsonNode value) {
        EventJson events = new EventJson(type);
        if (AvroTypes.nonNull(flag.schema()).getType() != Schema.Type.BOOLEAN) {
            var unused = events.value(flag.name(), value);
        } else if (number != 0 && number != 1) {
            throw events.violation(flag.name(), "out-of-range", "expected 0 or 1", value);
        }
    }
}
