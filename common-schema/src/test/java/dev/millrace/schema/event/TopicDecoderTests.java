package dev.millrace.schema.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.DecimalNode;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One record that a database refuses would hold up all that came with it: it is none that is read. */
class TopicDecoderTests {

    private static final UseCase USE_CASE =
            UseCaseLoader.load(Path.of(System.getProperty("millrace.root", ".."), "use-cases"), "fraud");
    private static final EventType TYPE = USE_CASE.event("transactions");
    private static final long NOW = Instant.parse("2026-01-31T12:00:00Z").toEpochMilli();

    private final TopicDecoder decoder = new TopicDecoder(USE_CASE);

    private static byte[] event(long time, String device) {
        return new RecordCodec(TYPE.schema()).encode(record(time, device));
    }

    private static GenericRecord record(long time, String device) {
        GenericRecord event = new GenericData.Record(TYPE.schema());
        event.put("transaction_id", new UUID(0, 1).toString());
        event.put("customer_id", 1L);
        event.put("merchant_id", 2L);
        event.put("amount", new BigDecimal("12.30"));
        event.put("timestamp", time);
        event.put("device_type", device);
        return event;
    }

    @Test
    void anEventIsReadAsItWasWritten() {
        TopicDecoder.Event read = decoder.event(event(NOW, "mobile"));
        assertThat(read.type().name()).isEqualTo("transactions");
        assertThat(read.fields().get("device_type")).hasToString("mobile");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, mobile, timestamp",
        "253402300800000, mobile, timestamp",
        "-9223372036854775808, mobile, timestamp",
        "0, mob\0ile, device_type"
    })
    void anEventThatNoStoreCanHoldIsCorrupt(long time, String device, String field) {
        byte[] written = event(time, device);
        assertThatThrownBy(() -> decoder.event(written))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageStartingWith("'" + field + "': expected");
    }

    /** Sums are exact for so many digits; only others than ingestion write more. */
    @Test
    void norIsANumberOfMoreDigitsThanSumsHold() {
        GenericRecord event = record(NOW, "mobile");
        event.put("customer_id", 1_234_567_890_123L);
        byte[] written = new RecordCodec(TYPE.schema()).encode(event);
        assertThatThrownBy(() -> decoder.event(written))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("'customer_id': expected a number of at most 12 digits, found 13");
    }

    /** Ingestion takes as many digits as the field declares: what it took must be read. */
    @ParameterizedTest
    @CsvSource({
        "15, 10, 12345.6789012345, 15",
        "15, 10, -12345.6789012345, 15",
        "6, 2, 1234.56, 6",
        "6, 2, 12345.67, 7",
        "15, 10, 123456.7890123456, 16"
    })
    void aDecimalHasTheDigitsThatItsFieldDeclares(int precision, int scale, BigDecimal number, int digits) {
        UseCase boxes = boxes("{\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": %d, \"scale\": %d}"
                .formatted(precision, scale));
        EventType type = boxes.event("boxes");
        GenericRecord box = new GenericData.Record(type.schema());
        box.put("id", "x");
        box.put("time", NOW);
        // As bytes: Avro itself writes no decimal of too many digits, and reads them all the same.
        box.put("size", ByteBuffer.wrap(number.unscaledValue().toByteArray()));
        byte[] written = new RecordCodec(type.schema()).encode(box);
        if (digits <= precision) {
            assertThat(new EventJson(type).value("size", DecimalNode.valueOf(number)))
                    .isEqualTo(number);
            assertThat(new TopicDecoder(boxes).event(written).fields().get("size"))
                    .isEqualTo(number);
        } else {
            assertThatThrownBy(() -> new TopicDecoder(boxes).event(written))
                    .isInstanceOf(CorruptRecordException.class)
                    .hasMessage("'size': expected a number of at most %d digits, found %d", precision, digits);
        }
    }

    /** PostgreSQL would get null where something must be. */
    @ParameterizedTest
    @CsvSource({"double, NaN", "double, -Infinity", "float, NaN", "float, Infinity"})
    void aNumberOfAnEventIsFinite(String kind, double number) {
        UseCase boxes = boxes('"' + kind + '"');
        EventType type = boxes.event("boxes");
        GenericRecord box = new GenericData.Record(type.schema());
        box.put("id", "x");
        box.put("time", NOW);
        box.put("size", kind.equals("float") ? (Object) (float) number : (Object) number);
        byte[] written = new RecordCodec(type.schema()).encode(box);
        assertThatThrownBy(() -> new TopicDecoder(boxes).event(written))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("'size': expected a finite number, found " + number);
    }

    @Test
    void soIsALabelsValue() {
        Instant time = Instant.ofEpochMilli(NOW);
        byte[] written = SingleObject.bytes(
                Label.getEncoder(), new Label("transactions", "x", time, "1", Map.of(), Double.NaN, time, 0));
        assertThatThrownBy(() -> decoder.label(written))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("'value': expected a finite number, found NaN");
    }

    /** A table of windows has columns of the fields' types, and one row of what is one value to them. */
    @ParameterizedTest
    @CsvSource({
        "'\"boolean\"', true, TRUE, boolean",
        "'\"double\"', 2.0, 2, double",
        "'\"int\"', -2, 2147483648, int",
        "'{\"type\": \"string\", \"logicalType\": \"uuid\"}', 0000000a-0000-0000-0000-000000000001,"
                + " 0000000A-0000-0000-0000-000000000001, uuid",
        "'{\"type\": \"string\", \"logicalType\": \"uuid\"}', 0000000a-0000-0000-0000-000000000001, abc, uuid",
        "'{\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": 6, \"scale\": 2}', 2.50, 2.5, decimal",
        "'{\"type\": \"enum\", \"name\": \"Size\", \"symbols\": [\"S\", \"L\"]}', S, M, enum"
    })
    void anEntityOfALabelIsWrittenAsItsEventsHaveIt(String size, String taken, String refused, String kind) {
        TopicDecoder boxes = new TopicDecoder(boxes(size));
        assertThat(boxes.label(boxLabel("x", Map.of("size", taken))).getEntities())
                .containsEntry("size", taken);
        assertThatThrownBy(() -> boxes.label(boxLabel("x", Map.of("size", refused))))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("'size': expected the text of a %s as its events have it, found '%s'", kind, refused);
    }

    /** Tables of windows have one row for many events. */
    @Test
    void theUuidThatIsTheKeyOfAWindowIsOne() {
        UseCase boxes = boxes("{\"type\": \"string\", \"logicalType\": \"uuid\"}", """
                view: minutes
                entity: size
                source: boxes
                tumbling: 1m
                table: minutes
                features:
                  boxes: {count: all}
                """);
        GenericRecord box = new GenericData.Record(boxes.event("boxes").schema());
        box.put("id", "x");
        box.put("time", NOW);
        box.put("size", "large");
        byte[] written = new RecordCodec(box.getSchema()).encode(box);
        assertThatThrownBy(() -> new TopicDecoder(boxes).event(written))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("'size': expected the text of a uuid as its events have it, found 'large'");
    }

    @Test
    void eachValueOfALabelsKeyMayBeAsLongAsAText() {
        TopicDecoder boxes = new TopicDecoder(boxes("[\"id\", \"size\"]", "\"string\"", ""));
        String longest = "|".repeat(Storable.LONGEST_TEXT);
        String key = EntityText.join(List.of("id", "size"), field -> longest);
        assertThat(boxes.label(boxLabel(key, Map.of())).getKey()).isEqualTo(key);
        assertThatThrownBy(() -> boxes.label(boxLabel(key + "x", Map.of())))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("'key': " + Storable.EXPECTED_TEXT);
        assertThatThrownBy(() -> boxes.label(boxLabel("a|b|c", Map.of())))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("'key': expected the values of [id, size], joined by '|', found 3 values");
    }

    private static byte[] boxLabel(String key, Map<String, String> entities) {
        Instant time = Instant.ofEpochMilli(NOW);
        return SingleObject.bytes(Label.getEncoder(), new Label("boxes", "x", time, key, entities, 1.0, time, 0));
    }

    private static UseCase boxes(String size) {
        return boxes(size, "");
    }

    private static UseCase boxes(String size, String views) {
        return boxes("\"id\"", size, views);
    }

    private static UseCase boxes(String key, String size, String views) {
        String schema = """
                {"type": "record", "name": "Box", "id": "id", "time": "time", "key": %s, "fields": [
                  {"name": "id", "type": "string"},
                  {"name": "time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "size", "type": %s}]}""".formatted(key, size);
        TreeMap<String, byte[]> files = new TreeMap<>(Map.of(
                "use-case.yaml", "use_case: boxes\ntitle: Boxes\n".getBytes(StandardCharsets.UTF_8),
                "events/boxes.avsc", schema.getBytes(StandardCharsets.UTF_8)));
        if (!views.isEmpty()) {
            files.put("features/views.yaml", views.getBytes(StandardCharsets.UTF_8));
        }
        return new DefinitionFiles("boxes", files).load();
    }

    @ParameterizedTest
    @CsvSource({
        "x, 1, 2, 0, 0, ",
        "x\0y, 1, 2, 0, 0, event_id",
        "x, 1\0y, 2, 0, 0, key",
        "x, 1, 2\0y, 0, 0, merchant_id",
        "x, 1, abc, 0, 0, merchant_id",
        "x, 1, '', 0, 0, merchant_id",
        "x, 1, 02, 0, 0, merchant_id",
        "x, 1, +2, 0, 0, merchant_id",
        "x, 1, 1234567890123, 0, 0, merchant_id",
        "x, 1, 2, -1, 0, event_time",
        "x, 1, 2, 0, 253402300800000, known_at"
    })
    void norIsALabel(String id, String key, String merchant, long time, long known, String field) {
        byte[] written = SingleObject.bytes(
                Label.getEncoder(),
                new Label(
                        "transactions",
                        id,
                        Instant.ofEpochMilli(time),
                        key,
                        Map.of("merchant_id", merchant),
                        1.0,
                        Instant.ofEpochMilli(known),
                        0));
        if (field == null) {
            assertThat(decoder.label(written).getEventId()).isEqualTo(id);
        } else {
            assertThatThrownBy(() -> decoder.label(written))
                    .isInstanceOf(CorruptRecordException.class)
                    .hasMessageStartingWith("'" + field + "': expected");
        }
    }
}
