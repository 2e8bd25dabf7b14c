package dev.millrace.lake;

import dev.millrace.schema.definition.EventType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Events with a field of every type that there is. */
final class Things {
    static final String FIELDS = """
            {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
            {"name": "rate", "type": ["null", {"type": "fixed", "name": "Rate", "size": 16, "logicalType": "decimal", "precision": 38, "scale": 10}], "default": null},
            {"name": "seen", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}], "default": null},
            {"name": "kind", "type": ["null", {"type": "enum", "name": "Kind", "symbols": ["SMALL", "LARGE"]}], "default": null},
            {"name": "whole", "type": ["null", "long"], "default": null},
            {"name": "few", "type": ["null", "int"], "default": null},
            {"name": "wide", "type": ["null", "double"], "default": null},
            {"name": "narrow", "type": ["null", "float"], "default": null},
            {"name": "yes", "type": ["null", "boolean"], "default": null},
            {"name": "text", "type": ["null", "string"], "default": null}""";

    private Things() {}

    static EventType type(String fields) {
        return type("things", "id", "at", fields);
    }

    static EventType type(String name, String id, String time, String fields) {
        Schema schema = new Schema.Parser()
                .parse("{\"type\": \"record\", \"name\": \"Thing\", \"namespace\": \"test\", \"fields\": [" + fields
                        + "]}");
        return new EventType(name, schema, id, time, List.of(id), name, Optional.empty(), Map.of());
    }

    static GenericRecord random(EventType type, Random random) {
        GenericRecord thing = new GenericData.Record(type.schema());
        for (Schema.Field field : type.schema().getFields()) {
            if (!field.schema().isNullable() || random.nextInt(4) > 0) {
                thing.put(field.name(), value(type.schema(), field.name(), random));
            }
        }
        return thing;
    }

    private static Object value(Schema schema, String field, Random random) {
        return switch (field) {
            case "id" -> new UUID(random.nextLong(), random.nextLong()).toString();
            case "at", "seen" -> time(random);
            case "price" -> BigDecimal.valueOf(random.nextLong(-999_999_999_999L, 1_000_000_000_000L), 2);
            case "rate" -> new BigDecimal(new BigInteger(120, random).subtract(BigInteger.ONE.shiftLeft(119)), 10);
            case "kind" ->
                new GenericData.EnumSymbol(
                        schema.getField(field).schema().getTypes().getLast(), random.nextBoolean() ? "SMALL" : "LARGE");
            case "whole" -> random.nextLong();
            case "few" -> random.nextInt();
            // One NaN only: no sender can say another.
            case "wide" -> Double.longBitsToDouble(Double.doubleToLongBits(Double.longBitsToDouble(random.nextLong())));
            case "narrow" -> Float.intBitsToFloat(Float.floatToIntBits(Float.intBitsToFloat(random.nextInt())));
            case "yes" -> random.nextBoolean();
            case "text" -> text(random);
            default -> throw new IllegalArgumentException(field);
        };
    }

    /** Most in a few days; some long before the calendar's reform, some far ahead. */
    private static long time(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> -60_000_000_000_000L + random.nextInt(1_000);
            case 1 -> 200_000_000_000_000L + random.nextInt(1_000);
            default -> random.nextLong(1_760_000_000_000L, 1_760_300_000_000L);
        };
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(12), 0, 0x2FA1D)
                .filter(point -> point < 0xD800 || point > 0xDFFF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
