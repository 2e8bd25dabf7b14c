package dev.millrace.prediction.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.FeatureHistory;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.Parcels;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Against tables as the stream makes them, in a real PostgreSQL. */
@Timeout(120)
class EventHistoryIT {

    private static final UseCase USE_CASE = UseCaseLoader.load(Parcels.USE_CASES, "parcels");
    private static final Model MODEL = Parcels.model();
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final long SPAN = Duration.ofDays(20).toMillis();
    private static final int EVENTS = 3_000;

    private static final Map<String, FeatureHistory> EXPECTED = new HashMap<>();
    private static PGSimpleDataSource database;

    @BeforeAll
    static void fill() throws Exception {
        LocalStack stack = LocalStack.shared(Server.POSTGRES);
        database = new PGSimpleDataSource();
        database.setUrl(stack.postgres().url());
        database.setUser(stack.postgres().user());
        database.setPassword(stack.postgres().password());
        MODEL.bindings().forEach(binding -> EXPECTED.put(binding.view().name(), new FeatureHistory(binding.view())));
        try (Connection connection = database.getConnection();
                Statement tables = connection.createStatement()) {
            tables.execute("""
                    create table parcel (parcel_id text, "timestamp" timestamptz, sender text, depot bigint,
                      price numeric(12, 2), grams integer, fragile boolean, size text, late integer, topic_id text, kafka_partition integer,
                      kafka_offset bigint, arrival_time timestamptz)
                    """);
            tables.execute("""
                    create table labels (event_type text, event_id text, event_time timestamptz, entities jsonb,
                      value double precision, revision integer, topic_id text, kafka_partition integer,
                      kafka_offset bigint, arrival_time timestamptz)
                    """);
            insert(connection);
        }
    }

    private static void insert(Connection connection) throws Exception {
        Random random = new Random(12);
        connection.setAutoCommit(false);
        try (PreparedStatement events = connection.prepareStatement(
                        "insert into parcel values (?, ?, ?, ?, ?, null, null, null, ?, 't', 0, ?, ?)");
                PreparedStatement labels = connection.prepareStatement(
                        "insert into labels values ('parcel', ?, ?, ?::jsonb, ?, ?, 't', 1, ?, ?)")) {
            for (int i = 0; i < EVENTS; i++) {
                Map<String, Object> parcel = new HashMap<>();
                long arrival = START + i * (SPAN / EVENTS);
                long time = arrival - random.nextLong(Duration.ofHours(30).toMillis());
                parcel.put("parcel_id", new UUID(random.nextLong(), random.nextLong()).toString());
                parcel.put("timestamp", time);
                parcel.put("sender", "ann" + random.nextInt(6));
                parcel.put("depot", 1L + random.nextInt(4));
                parcel.put("price", BigDecimal.valueOf(1 + random.nextInt(40_000), 2));
                String id = (String) parcel.get("parcel_id");
                Integer flag = random.nextInt(5) == 0 ? random.nextInt(2) : null;
                parcel.put("late", flag);
                take(new Source.Events("parcel"), new SourceRecord(id, time, 0, parcel::get));
                if (flag != null) {
                    takeLabel(parcel, LabelFactory.OWN_FLAG, flag);
                }
                add(
                        events,
                        id,
                        at(time),
                        parcel.get("sender"),
                        parcel.get("depot"),
                        parcel.get("price"),
                        flag,
                        i,
                        at(arrival));
                for (int revision = 1; revision <= random.nextInt(3); revision++) {
                    double value = random.nextInt(2);
                    Map<String, Object> entities = new HashMap<>();
                    MODEL.bindings()
                            .forEach(binding -> binding.key()
                                    .forEach(field -> entities.put(
                                            field, parcel.get(field).toString())));
                    takeLabel(parcel, revision, value);
                    add(
                            labels,
                            id,
                            at(time),
                            new ObjectMapper().writeValueAsString(entities),
                            value,
                            revision,
                            i * 3 + revision,
                            at(arrival));
                }
            }
            events.executeBatch();
            labels.executeBatch();
            connection.commit();
        }
    }

    private static void takeLabel(Map<String, Object> parcel, int revision, double value) {
        take(
                new Source.Labels("parcel"),
                new SourceRecord(
                        (String) parcel.get("parcel_id"),
                        (Long) parcel.get("timestamp"),
                        revision,
                        name -> name.equals("value") ? (Object) value : parcel.get(name)));
    }

    private static void add(PreparedStatement statement, Object... values) throws Exception {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        statement.addBatch();
    }

    private static java.time.OffsetDateTime at(long millis) {
        return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    }

    private static void take(Source source, SourceRecord record) {
        for (Model.Binding binding : MODEL.bindings()) {
            View view = binding.view();
            if (view.source().equals(source)) {
                view.feed(record).forEach(fed -> EXPECTED.get(view.name()).fold(fed.key(), fed.event()));
            }
        }
    }

    @Test
    void foldsWhatArrivedAsTheStreamDid() throws Exception {
        EventHistory history = new EventHistory(database, USE_CASE);
        Random random = new Random(3);
        for (Model.Binding binding : MODEL.bindings()) {
            View view = binding.view();
            for (int i = 0; i < 60; i++) {
                String entity = view.entityFields().equals(java.util.List.of("sender"))
                        ? "ann" + random.nextInt(7)
                        : Integer.toString(random.nextInt(6));
                long at = START + random.nextLong(SPAN);
                assertThat(view.read(history.at(view, entity, at), at))
                        .as("%s of %s at %d", view.name(), entity, at)
                        .containsExactly(view.read(EXPECTED.get(view.name()).at(entity, at), at));
            }
        }
    }

    /** PostgreSQL would refuse to look for it. */
    @Test
    void anEntityThatNoColumnHoldsHasAnEmptyHistory() throws Exception {
        EventHistory history = new EventHistory(database, USE_CASE);
        for (Model.Binding binding : MODEL.bindings()) {
            View view = binding.view();
            assertThat(view.read(history.at(view, "ann\0", START), START))
                    .as(view.name())
                    .containsExactly(view.read(view.shape().empty(), START));
        }
    }

    /** An event that came before the view did: the stream would have refused it. */
    @Test
    void leavesOutWhatAViewCannotTake(@TempDir Path folder) throws Exception {
        Path parcels = folder.resolve("parcels");
        DefinitionFiles.of(USE_CASE).writeTo(parcels);
        Files.writeString(parcels.resolve("features/worth.yaml"), """
                view: worth
                entity: sender
                source: parcel
                features:
                  parcels: {count: all, over: [10d]}
                  worth: {max: price * 10000.0, over: [10d]}
                """);
        View view =
                FeatureEngine.compile(UseCaseLoader.load(parcels)).view("worth").orElseThrow();
        long at = START + SPAN;
        double[] values = view.read(new EventHistory(database, USE_CASE).at(view, "ann1", at), at);
        assertThat(values[0]).as("parcels").isPositive();
        assertThat(values[1]).as("the greatest that it can take").isBetween(500_000.0, 1_000_000.0);
    }

    @Test
    void saysSoWhenTheDatabaseCannotBeRead() {
        PGSimpleDataSource away = new PGSimpleDataSource();
        away.setUrl("jdbc:postgresql://127.0.0.1:1/x?connectTimeout=1");
        View view = MODEL.bindings().getFirst().view();
        assertThatThrownBy(() -> new EventHistory(away, USE_CASE).at(view, "x", START))
                .isInstanceOf(HistoryUnavailableException.class)
                .hasMessage("the history of " + view.name()
                        + " cannot be read now: the database refuses, or cannot be reached (SQLSTATE 08001)");
    }
}
