package dev.millrace.stream.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.Produced;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Definitions change, tables stay: each test makes tables of one and starts with the next. */
@Timeout(120)
final class TableCheckIT {
    private static final String FIELDS = """
            {"name": "size", "type": "double"}, {"name": "colour", "type": "string"},
            {"name": "sort", "type": ["null", "string"], "default": null}""";

    private final String schema = "s" + UUID.randomUUID().toString().replace("-", "");
    private LocalStack stack;
    private Connection connection;

    @BeforeEach
    void connect() throws SQLException {
        stack = LocalStack.shared(Server.POSTGRES);
        connection = DriverManager.getConnection(
                url(), stack.postgres().user(), stack.postgres().password());
        execute("create schema " + schema);
    }

    @AfterEach
    void disconnect() throws SQLException {
        execute("drop schema " + schema + " cascade");
        connection.close();
    }

    private String url() {
        String url = stack.postgres().url();
        return url + (url.contains("?") ? "&" : "?") + "currentSchema=" + schema;
    }

    private void execute(String sql) throws SQLException {
        Sql.execute(connection, sql);
    }

    private String one(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            assertThat(found.next()).isTrue();
            return String.valueOf(found.getString(1));
        }
    }

    private static FeatureEngine engine(String name, String fields) {
        String event = """
                {"type": "record", "name": "Box", "id": "id", "time": "time", "key": "id", "topic": "boxes", "fields": [
                  {"name": "id", "type": "string"},
                  {"name": "time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  %s]}""".formatted(fields);
        String views = """
                view: hourly
                entity: colour
                source: %s
                tumbling: 1h
                table: %s
                features:
                  boxes: {count: all}
                """.formatted(name, "w" + name.substring(1));
        Map<String, byte[]> files = Map.of(
                "use-case.yaml",
                "use_case: boxes\ntitle: Boxes\n".getBytes(StandardCharsets.UTF_8),
                "events/" + name + ".avsc",
                event.getBytes(StandardCharsets.UTF_8),
                "features/views.yaml",
                views.getBytes(StandardCharsets.UTF_8));
        return FeatureEngine.compile(new DefinitionFiles("boxes", new TreeMap<>(files)).load());
    }

    private PostgresSink sink(FeatureEngine engine) {
        Map<String, String> environment = new HashMap<>(stack.postgres().environment());
        environment.put("POSTGRES_URL", url());
        environment.put("MILLRACE_USE_CASE", "boxes");
        environment.put("MILLRACE_CHECKPOINT", "unused");
        return new PostgresSink(StreamConfig.from(environment), engine, "checkpoint", Map.of("boxes", "topic"));
    }

    private void start(FeatureEngine engine) throws SQLException {
        try (PostgresSink sink = sink(engine)) {
            sink.createTables();
        }
    }

    /** @return what was refused */
    private List<RecordTables.Unstorable> write(FeatureEngine engine) throws SQLException {
        EventType type = engine.useCase().events().values().iterator().next();
        GenericRecord box = new GenericData.Record(type.schema());
        box.put("id", "x");
        box.put("time", Instant.parse("2026-01-31T12:00:00Z").toEpochMilli());
        box.put("size", 2.5);
        box.put("colour", "red");
        box.put("sort", "flat");
        Arrival arrival = new Arrival(0, false, 1, "", new RecordCodec(type.schema()).encode(box));
        Produced row = new Produced(Produced.Kind.RECORD, "boxes", "", 1, 0, 7, arrival.toBytes());
        long noon = type.time(box);
        byte[] changed = ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(noon)
                .putLong(noon)
                .putDouble(1)
                .array();
        Produced window = new Produced(Produced.Kind.WINDOW, "hourly", "red", 1, 0, 7, changed);
        List<RecordTables.Unstorable> refused = new ArrayList<>();
        try (PostgresSink sink = sink(engine)) {
            sink.createTables();
            sink.write(1, List.of(row, window), Map.of(), Instant.parse("2026-02-01T00:00:00Z"), refused::addAll);
        }
        return refused;
    }

    @Test
    void aDefinitionMayNameItsFieldsInAnotherOrderAndHaveMoreThatMayBeMissing() throws SQLException {
        start(engine(
                "boxes", "{\"name\": \"colour\", \"type\": \"string\"}, {\"name\": \"size\", \"type\": \"double\"}"));
        assertThat(write(engine("boxes", FIELDS))).isEmpty();
        assertThat(one("select concat_ws(' ', id, size, colour, sort, kafka_offset) from boxes"))
                .isEqualTo("x 2.5 red flat 7");
    }

    @Test
    void anotherDefinitionThanTheTablesIsRefusedAtTheStart() throws SQLException {
        start(engine("boxes", FIELDS));
        FeatureEngine other = engine("boxes", """
                {"name": "size", "type": ["null", "long"]}, {"name": "colour", "type": ["null", "string"]},
                {"name": "weight", "type": "int"}""");
        execute("drop view woxes_current");
        execute("alter table woxes alter column colour type uuid using null");
        assertThatThrownBy(() -> start(other))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The definitions want other tables than PostgreSQL has; alter the tables, or give the event"
                        + " type or the view's table another name:"
                        + " table 'boxes', column 'size': expected bigint, found double precision;"
                        + " table 'boxes', column 'colour': expected text that may be null, found not null;"
                        + " table 'boxes', column 'weight': expected integer not null, found no such column;"
                        + " table 'woxes', column 'colour': expected text, found uuid");
        start(engine("cartons", FIELDS));
    }

    @Test
    void aColumnThatNobodyFillsIsRefusedAtTheStart() throws SQLException {
        FeatureEngine boxes = engine("boxes", FIELDS);
        start(boxes);
        execute("alter table boxes add column note text, add column mark text not null default ''");
        start(boxes);
        assertThat(write(boxes)).isEmpty();
        assertThat(one("select count(*) from boxes")).isEqualTo("1");
        execute("alter table boxes alter column mark drop default");
        assertThatThrownBy(() -> start(boxes))
                .hasMessageEndingWith("table 'boxes', column 'mark': expected no such column, found text not null"
                        + " without a default");
    }

    /** What PostgreSQL cuts off of a longer name leaves the table's own: rows would go from a table into itself. */
    @Test
    void aTableOfTheLongestNameHasItsRowsItsIndexesAndItsWindows() throws SQLException {
        String name = "b" + "x".repeat(62);
        String windows = "w" + "x".repeat(62);
        assertThat(write(engine(name, FIELDS))).isEmpty();
        assertThat(one("select concat_ws(' ', id, colour) from " + name)).isEqualTo("x red");
        assertThat(one("select count(*) from pg_indexes where tablename = '" + name + "'"))
                .isEqualTo("3");
        assertThat(one("select concat_ws(' ', colour, boxes) from " + windows)).isEqualTo("red 1");
        assertThat(one("select boxes from \"" + Sql.fitting(windows + "_current") + '"'))
                .isEqualTo("1");
    }
}
