package dev.millrace.schema.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EventJsonTests {
    private static final UseCase USE_CASE =
            UseCaseLoader.load(Path.of(System.getProperty("millrace.root", ".."), "use-cases"), "fraud");
    private static final EventType TYPE = USE_CASE.event("transactions");
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final String GOOD = """
            {"transaction_id": "0b9ddd3f-6cde-4b3c-9d4b-0e3b5ce4c8a1", "customer_id": 1, "merchant_id": 2,
             "amount": 12.3, "timestamp": "2026-01-31T12:00:00.123+01:00", "card_last_4": "1234"}""";

    private final EventJson reader = new EventJson(TYPE);

    private GenericRecord read(String json) {
        try {
            return reader.read(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void readsEveryFieldByItsType() {
        GenericRecord event = read(GOOD);
        assertThat(TYPE.id(event)).isEqualTo("0b9ddd3f-6cde-4b3c-9d4b-0e3b5ce4c8a1");
        assertThat(TYPE.key(event)).isEqualTo("1");
        assertThat(TYPE.time(event))
                .isEqualTo(Instant.parse("2026-01-31T11:00:00.123Z").toEpochMilli());
        assertThat(event.get("amount")).isEqualTo(new BigDecimal("12.30"));
        assertThat(event.get("country")).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "amount": 12.3   | "amount": 12.345            | amount         | too-precise   | 'amount': expected at most 2 decimal places, found 12.345
            "amount": 12.3   | "amount": -0.01             | amount         | out-of-range  | 'amount': expected a number of at least 0, found -0.01
            "amount": 12.3   | "amount": 1e999999999       | amount         | out-of-range  | 'amount': expected at most 12 digits, found 1E+999999999
            "amount": 12.3   | "amount": 99999999999       | amount         | out-of-range  | 'amount': expected at most 12 digits, found 99999999999
            "amount": 12.3   | "amount": "12"              | amount         | wrong-type    | 'amount': expected a number, found "12"
            "amount": 12.3   | "amount": null              | amount         | missing-field | 'amount' is missing
            "customer_id": 1 | "customer_id": 0            | customer_id    | out-of-range  | 'customer_id': expected a number of at least 1, found 0
            "customer_id": 1 | "customer_id": 1.5          | customer_id    | wrong-type    | 'customer_id': expected a whole number, found 1.5
            "customer_id": 1 | "customer_id": 1e300        | customer_id    | wrong-type    | 'customer_id': expected a whole number, found 1E+300
            "customer_id": 1 | "customer_id": 1234567890123| customer_id    | out-of-range  | 'customer_id': expected a whole number of at most 12 digits, found 1234567890123
            2026-01-31T12    | 2026-02-31T12               | timestamp      | bad-timestamp | 'timestamp': expected a time such as 2026-01-31T12:00:00Z, of the years 1970 to 9999, found "2026-02-31T12:00:00.123+01:00"
            0b9ddd3f-        | 0b9ddd3f                    | transaction_id | bad-uuid      | 'transaction_id': expected a UUID of 36 characters, found "0b9ddd3f6cde-4b3c-9d4b-0e3b5ce4c8a1"
            "1234"           | 1234                        | card_last_4    | wrong-type    | 'card_last_4': expected text, found a value that is not shown
            "1234"           | "1234", "country": "de"     | country        | out-of-range  | 'country': expected text of the form [A-Z]{2}, found "de"
            """)
    void namesTheFieldWhatWasExpectedAndWhatCame(String good, String bad, String field, String code, String message) {
        InvalidEventException refused =
                catchThrowableOfType(InvalidEventException.class, () -> read(GOOD.replace(good, bad)));
        assertThat(refused.field()).isEqualTo(field);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused).hasMessage(message);
    }

    @Test
    void aTextHasAThousandCharacters() {
        String longest = "aaa𝄞".repeat(Storable.LONGEST_TEXT / 4);
        GenericRecord event = read(GOOD.replace("\"1234\"", "\"1234\", \"device_type\": \"" + longest + "\""));
        assertThat(event.get("device_type")).isEqualTo(longest);
        String tooLong =
                GOOD.replace("\"1234\"", "\"" + longest + "x\", \"device_type\": \"" + "y".repeat(1 << 20) + "\"");
        InvalidEventException refused = catchThrowableOfType(InvalidEventException.class, () -> read(tooLong));
        assertThat(refused.violations())
                .extracting(violation -> violation.field() + " " + violation.code())
                .containsExactly("card_last_4 out-of-range", "device_type out-of-range");
        assertThat(refused)
                .hasMessageStartingWith("'card_last_4': " + Storable.EXPECTED_TEXT
                        + ", found a value that is not shown; 'device_type': " + Storable.EXPECTED_TEXT
                        + ", found \"yyy")
                .hasMessageEndingWith("y…");
    }

    /** It would be refused by a database long after it was taken, and with it all that came beside it. */
    @ParameterizedTest
    @CsvSource({
        "timestamp, 1969-12-31T23:59:59.999Z, bad-timestamp",
        "timestamp, 1970-01-01T00:00:00+00:01, bad-timestamp",
        "timestamp, 9999-12-31T23:59:59-00:01, bad-timestamp",
        "timestamp, 0000-06-01T00:00:00Z, bad-timestamp",
        "timestamp, +10000-01-01T00:00:00Z, bad-timestamp",
        "timestamp, -999999999-01-01T00:00:00Z, bad-timestamp",
        "timestamp, +999999999-12-31T23:59:59Z, bad-timestamp",
        "device_type, a\0b, out-of-range"
    })
    void whatNoStoreCanHoldIsRefused(String field, String text, String code) {
        assertThatThrownBy(() -> reader.value(field, TextNode.valueOf(text)))
                .isInstanceOfSatisfying(
                        InvalidEventException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"})
    void theFirstAndTheLastMomentCanBeHeld(String text) {
        assertThat(reader.value("timestamp", TextNode.valueOf(text)))
                .isEqualTo(Instant.parse(text).toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({"transaction_id, bad-uuid", "timestamp, bad-timestamp"})
    void aTextThatIsSomethingElseIsRefusedAsThat(String field, String code) {
        TextNode text = TextNode.valueOf("0".repeat(1 << 20));
        assertThatThrownBy(() -> reader.value(field, text))
                .isInstanceOfSatisfying(
                        InvalidEventException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void namesAllThatIsWrong() {
        InvalidEventException refused =
                catchThrowableOfType(InvalidEventException.class, () -> read("{\"colour\": 1, \"amount\": true}"));
        assertThat(refused.violations())
                .extracting(violation -> violation.field() + " " + violation.code())
                .containsExactly(
                        "colour unknown-field",
                        "transaction_id missing-field",
                        "customer_id missing-field",
                        "merchant_id missing-field",
                        "amount wrong-type",
                        "timestamp missing-field");
        assertThatThrownBy(() -> read("[]"))
                .hasMessage("expected a JSON object with the fields of transactions, found array");
    }

    @Test
    void survivesTheWire() {
        GenericRecord event = read(GOOD);
        RecordCodec codec = new RecordCodec(TYPE.schema());
        byte[] bytes = codec.encode(event);
        assertThat(bytes).startsWith(0xC3, 0x01);
        GenericRecord back = codec.decode(bytes);
        for (Schema.Field field : TYPE.schema().getFields()) {
            assertThat(back.get(field.name())).as(field.name()).isEqualTo(event.get(field.name()));
        }
        bytes[3] ^= 1;
        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(RecordCodec.CorruptRecordException.class)
                .hasMessageStartingWith(
                        "Expected an Avro single object of a known schema, found " + bytes.length + " bytes");
        assertThatThrownBy(() -> codec.decode(new byte[0])).isInstanceOf(RecordCodec.CorruptRecordException.class);
    }

    @Test
    void readsWhatAnEarlierSchemaWrote() {
        Schema earlier = new Schema.Parser()
                .parse(TYPE.schema().toString().replaceFirst("\\{\"name\":\"device_type\".*?\\},", ""));
        GenericRecord old = new GenericData.Record(earlier);
        GenericRecord event = read(GOOD);
        earlier.getFields().forEach(field -> old.put(field.name(), event.get(field.name())));
        byte[] bytes = new RecordCodec(earlier).encode(old);
        RecordCodec codec = new RecordCodec(TYPE.schema());
        codec.addWriter(earlier);
        assertThat(codec.decode(bytes).get("amount")).isEqualTo(new BigDecimal("12.30"));
        assertThat(codec.decode(bytes).get("device_type")).isNull();
    }

    @Test
    void labelsCarryWhatTheirViewsNeed() {
        LabelFactory labels = new LabelFactory(USE_CASE, TYPE);
        GenericRecord event = read(GOOD);
        assertThat(labels.entityFields()).containsExactlyInAnyOrder("customer_id", "merchant_id");
        Label label = labels.label(event, 1.0, 5, 2);
        assertThat(label.getEntities()).isEqualTo(Map.of("customer_id", "1", "merchant_id", "2"));
        assertThat(label.getEventTime()).isEqualTo(Instant.parse("2026-01-31T11:00:00.123Z"));
        assertThat(labels.ownFlag(event)).isNull();
        event.put("is_fraud", 1);
        assertThat(labels.ownFlag(event)).isEqualTo(1.0);
    }

    @Test
    void arrivalTimesSurviveTheirHeader() {
        assertThat(Headers.millis(Headers.ofMillis(1_700_000_000_123L), 7)).isEqualTo(1_700_000_000_123L);
    }

    /** As others write it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "12345", "17000000", "1700000000123"})
    void aHeaderThatIsNoArrivalTimeIsNotTakenForOne(String header) {
        assertThat(Headers.millis(header.getBytes(StandardCharsets.UTF_8), 7)).isEqualTo(7);
    }
}
