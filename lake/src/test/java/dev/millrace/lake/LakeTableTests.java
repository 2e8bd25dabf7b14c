package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.RecordCodec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables in a folder: the same code as on S3, which {@link LakeIT} has. */
final class LakeTableTests {
    private static final EventType THINGS = Things.type(Things.FIELDS);

    @TempDir
    private static Path folder;

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2)
                // Neither may matter.
                .config("spark.sql.session.timeZone", "Asia/Kathmandu")
                .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
                .config("spark.sql.catalog.lake.type", "hadoop")
                .config("spark.sql.catalog.lake.cache-enabled", false)
                .config("spark.sql.catalog.lake.warehouse", folder.toString())
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static Lake lake(String name, EventType... types) {
        Map<String, EventType> events = new HashMap<>();
        for (EventType type : types) {
            events.put(type.name(), type);
        }
        Lake lake = new Lake(
                spark, new UseCase(name, name, Path.of(name), events, List.of(), List.of(), List.of(), Map.of()));
        lake.prepare();
        return lake;
    }

    private static <T> void append(LakeTable<T> table, List<Row> rows) throws Exception {
        table.stored(spark.createDataFrame(rows, table.rows().columns().rows()))
                .writeTo(table.name())
                .append();
    }

    private static Position position(long offset) {
        return new Position(1_760_000_000_000L + offset, "topic", (int) (offset % 3), offset);
    }

    @Test
    void anEventComesBackBitForBit() throws Exception {
        LakeTable<GenericRecord> table = lake("round", THINGS).events(THINGS);
        RecordCodec codec = new RecordCodec(THINGS.schema());
        Random random = new Random(5);
        List<Row> rows = new ArrayList<>();
        Map<Position, byte[]> sent = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = codec.encode(Things.random(THINGS, random));
            sent.put(position(i), bytes);
            rows.add(table.rows().row(codec.decode(bytes), position(i)));
        }
        append(table, rows);
        List<Row> found = table.read().collectAsList();
        assertThat(found).hasSize(sent.size());
        for (Row row : found) {
            GenericRecord event = table.rows().record(row);
            GenericRecord decoded = codec.decode(sent.get(Position.of(row)));
            assertThat(codec.encode(event)).isEqualTo(sent.get(Position.of(row)));
            THINGS.schema().getFields().forEach(field -> {
                Object wanted = decoded.get(field.name());
                assertThat(event.get(field.name())).as(field.name()).isEqualTo(wanted);
                if (wanted != null) {
                    assertThat(event.get(field.name())).hasSameClassAs(wanted);
                }
            });
            assertThat(row.getString(0)).isEqualTo(THINGS.id(decoded));
            assertThat(row.getLong(1)).isEqualTo(THINGS.time(decoded));
        }
    }

    @Test
    void aLabelComesBackAsItWas() throws Exception {
        LakeTable<Label> table = lake("labelled").labels();
        Label label = new Label(
                "things",
                "7",
                Instant.ofEpochMilli(-1),
                "k|k",
                Map.of("buyer", "7", "shop", ""),
                0.1,
                Instant.ofEpochMilli(1_760_000_000_001L),
                -1);
        append(table, List.of(table.rows().row(label, position(4))));
        assertThat(table.read().collectAsList()).singleElement().satisfies(row -> {
            assertThat(table.rows().record(row)).isEqualTo(label);
            assertThat(Position.of(row)).isEqualTo(position(4));
        });
    }

    @Test
    void anAnswerComesBackAsItWas() throws Exception {
        LakeTable<Prediction> table = lake("answered").predictions();
        Prediction bare = prediction(null, null, List.of(), null);
        Prediction whole = prediction(
                "event",
                Instant.ofEpochMilli(1_760_000_000_000L),
                List.of(
                        other("shadow", 0.25, null, Map.of()),
                        other("challenger", 0.5, "more", Map.of("less", 0.25, "more", 0.5))),
                "0af7651916cd43dd8448eb211c80319c");
        whole.setOutcome("less");
        whole.setProbabilities(Map.of("less", 0.9, "more", 0.1));
        whole.setEstimates(Map.of("days", 4.25));
        append(table, List.of(table.rows().row(bare, position(1)), table.rows().row(whole, position(2))));
        assertThat(table.read().collectAsList())
                .extracting(row -> table.rows().record(row))
                .containsExactlyInAnyOrder(bare, whole);
    }

    @Test
    void answersOfBeforeThereWereClassesAreRead() throws Exception {
        LakeTable<Prediction> before = lake("classless").predictions();
        for (String column : List.of(
                "outcome",
                "probabilities",
                "estimates",
                "others.element.outcome",
                "others.element.probabilities",
                "others.element.estimates")) {
            spark.sql("alter table %s drop column %s".formatted(before.name(), column));
        }
        spark.sql("""
                insert into %s (event_time, request_id, model, model_version, alias, score, decision, vector,
                  definitions_digest, model_digest, event_key, answered_at, complete, reasons, replaced, entities, offsets,
                  others) values (timestamp_millis(-1), 'asked', 'model', 'v1', 'champion', 0.1D, true, array(),
                  'definitions', 'trees', '7', timestamp_millis(5), false, array(), array(), map(), map(),
                  array(named_struct('alias', 'shadow', 'model_version', 'v9', 'score', 0.25D, 'decision', false)))""".formatted(before.name()));

        LakeTable<Prediction> table = lake("classless").predictions();
        Prediction fresh = prediction(null, null, List.of(other("shadow", 0.5, "more", Map.of("more", 0.5))), null);
        append(table, List.of(table.rows().row(fresh, position(2))));
        assertThat(table.read().collectAsList())
                .extracting(row -> table.rows().record(row).getOthers())
                .containsExactlyInAnyOrder(List.of(other("shadow", 0.25, null, Map.of())), fresh.getOthers());
    }

    private static OtherScore other(
            String alias, double score, @Nullable String outcome, Map<String, Double> probabilities) {
        return new OtherScore(
                alias,
                "v9",
                score,
                false,
                outcome,
                probabilities,
                probabilities.isEmpty() ? Map.of() : Map.of("days", 3.5));
    }

    private static Prediction prediction(
            @Nullable String event, @Nullable Instant asOf, List<OtherScore> others, @Nullable String trace) {
        return new Prediction(
                "asked",
                event,
                "model",
                "v1",
                "definitions",
                "7",
                Instant.ofEpochMilli(1_760_000_000_002L),
                Instant.ofEpochMilli(-1),
                asOf,
                asOf != null,
                List.of("features-late"),
                List.of(0.1, Double.NaN, -0.0),
                List.of("view.feature"),
                0.1,
                true,
                Map.of("view", "7"),
                Map.of("view/0/1", 41L),
                "champion",
                "trees",
                others,
                trace,
                null,
                Map.of(),
                Map.of());
    }

    @Test
    void aFieldThatIsACommonColumnIsKeptOnce() throws Exception {
        EventType type = Things.type("views", "event_id", "event_time", """
                {"name": "event_id", "type": "string"},
                {"name": "event_time", "type": {"type": "long", "logicalType": "timestamp-millis"}}""");
        LakeTable<GenericRecord> table = lake("shared", type).events(type);
        GenericRecord view = new org.apache.avro.generic.GenericData.Record(type.schema());
        view.put("event_id", "a");
        view.put("event_time", 1L);
        append(table, List.of(table.rows().row(view, position(0))));
        assertThat(spark.table(table.name()).schema().fieldNames())
                .containsExactly(
                        "event_id", "event_time", "arrival_time", "topic_id", "kafka_partition", "kafka_offset");
        assertThat(table.rows().record(table.read().head())).isEqualTo(view);
    }

    @Test
    void anOptionalFieldIsAddedAndOldSnapshotsCanStillBeRead() throws Exception {
        LakeTable<GenericRecord> before = lake("growing", THINGS).events(THINGS);
        assertThat(before.snapshot()).isEmpty();
        GenericRecord thing = Things.random(THINGS, new Random(1));
        append(before, List.of(before.rows().row(thing, position(0))));
        long first = before.snapshot().orElseThrow();

        EventType grown = Things.type(
                "{\"name\": \"extra\", \"type\": [\"null\", \"string\"], \"default\": null}," + Things.FIELDS);
        LakeTable<GenericRecord> after = lake("growing", grown).events(grown);
        GenericRecord larger = Things.random(THINGS, new Random(2));
        GenericRecord more = new org.apache.avro.generic.GenericData.Record(grown.schema());
        THINGS.schema().getFields().forEach(field -> more.put(field.name(), larger.get(field.name())));
        more.put("extra", "new");
        append(after, List.of(after.rows().row(more, position(7))));

        assertThat(after.read().collectAsList())
                .extracting(row -> after.rows().record(row).get("extra"))
                .containsExactlyInAnyOrder(null, "new");
        assertThat(after.readAt(first).collectAsList())
                .singleElement()
                .satisfies(row -> assertThat(after.rows().record(row).get("id")).isEqualTo(thing.get("id")));
        assertThat(after.nextOffsets(first)).containsExactly(Map.entry(new LakeTable.Partition("topic", 0), 1L));
        assertThat(after.nextOffsets(after.snapshot().orElseThrow()))
                .containsOnly(
                        Map.entry(new LakeTable.Partition("topic", 0), 1L),
                        Map.entry(new LakeTable.Partition("topic", 1), 8L));
    }

    @Test
    void whatATableCannotBecomeIsRefused() {
        lake("fixed", THINGS);
        assertThatThrownBy(() -> lake("fixed", Things.type(Things.FIELDS.replace("\"text\"", "\"words\""))))
                .isInstanceOf(LakeException.class)
                .hasMessage("The table lake.`fixed`.`things` has the column 'text', which the use case no longer"
                        + " defines: keep the field and let it be null, or give the event type another name");
        assertThatThrownBy(
                        () -> lake("fixed", Things.type("{\"name\": \"must\", \"type\": \"string\"}," + Things.FIELDS)))
                .isInstanceOf(LakeException.class)
                .hasMessage("The table lake.`fixed`.`things` has rows without the new field 'must': let its type be"
                        + " nullable, with the default null");
        assertThatThrownBy(() -> lake(
                        "fixed",
                        Things.type(Things.FIELDS.replace(
                                "\"few\", \"type\": [\"null\", \"int\"]",
                                "\"few\", \"type\": [\"null\", \"string\"]"))))
                .isInstanceOf(LakeException.class)
                .hasMessage("The column 'few' of the table lake.`fixed`.`things` has the type INT, the use case now"
                        + " wants STRING: give the changed field another name");
    }

    @Test
    void whatHasNoPlaceInATableIsRefused() {
        assertThatThrownBy(() ->
                        new EventRows(Things.type(Things.FIELDS + ", {\"name\": \"Topic_Id\", \"type\": \"string\"}")))
                .isInstanceOf(LakeException.class)
                .hasMessage("The field 'Topic_Id' of things has the name of a column that every table of the lake has:"
                        + " give it another");
        assertThatThrownBy(() -> new EventRows(Things.type(
                        Things.FIELDS + ", {\"name\": \"all\", \"type\": {\"type\": \"array\", \"items\": \"int\"}}")))
                .isInstanceOf(LakeException.class)
                .hasMessage("The lake has no column for 'all': it has the type ARRAY, which events cannot have");
        EventType labels = Things.type("labels", "id", "at", Things.FIELDS);
        assertThatThrownBy(() -> lake("named", labels))
                .isInstanceOf(LakeException.class)
                .hasMessage("The lake keeps its labels in a table 'labels': give the event type of that name another");
    }

    @Test
    void recordsAreOrderedByArrivalThenPlace() {
        assertThat(List.of(
                        new Position(1, "a", 0, 9),
                        new Position(2, "a", 0, 1),
                        new Position(2, "a", 1, 0),
                        new Position(2, "b", 0, 0)))
                .isSorted();
    }
}
