package dev.millrace.stream.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.ChangedWindow;
import dev.millrace.stream.lane.Produced;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;

/** One transaction per micro-batch, guarded by a commit row: what was written once is not written again. Thread-safe. */
public final class PostgresSink implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Batches whose commits are kept: only the last can come again. */
    private static final int REMEMBERED = 1_000;

    private final HikariDataSource pool;
    private final FeatureEngine engine;
    private final String checkpointId;
    private final RecordTables records;
    private final Map<String, WindowTable> windows = new LinkedHashMap<>();
    private final MonthPartitions months = new MonthPartitions();

    /** @param topicIds Kafka's id of each topic */
    public PostgresSink(StreamConfig config, FeatureEngine engine, String checkpointId, Map<String, String> topicIds) {
        HikariConfig hikari = new HikariConfig();
        hikari.setJdbcUrl(config.postgresUrl());
        hikari.setUsername(config.postgresUser());
        hikari.setPassword(config.postgresPassword());
        hikari.setMaximumPoolSize(4);
        hikari.setPoolName("feature-stream");
        hikari.setConnectionTimeout(5_000);
        hikari.setAutoCommit(false);
        this.pool = new HikariDataSource(hikari);
        this.engine = engine;
        this.checkpointId = checkpointId;
        this.records = new RecordTables(engine.useCase(), Map.copyOf(topicIds), months);
        Map<String, List<View>> byTable = new TreeMap<>();
        for (View view : engine.views()) {
            if (view.definition().shape() instanceof ViewDefinition.Shape.Tumbling tumbling) {
                byTable.computeIfAbsent(tumbling.table(), name -> new ArrayList<>())
                        .add(view);
            }
        }
        byTable.forEach((table, views) -> windows.put(
                table,
                new WindowTable(
                        table,
                        views,
                        engine.useCase().event(views.getFirst().source().eventType()))));
    }

    public HikariDataSource pool() {
        return pool;
    }

    /**
     * The platform's tables by Flyway, the use case's from its definitions.
     *
     * @throws IllegalStateException when a table is there with other columns
     */
    public synchronized void createTables() throws SQLException {
        // A job that reads the lake first has made the catalog's tables in the same schema.
        Flyway.configure()
                .dataSource(pool)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
        inTransaction(connection -> {
            TableCheck check = new TableCheck(connection);
            for (EventTable table : records.events()) {
                table.create(connection, check);
            }
            for (WindowTable table : windows.values()) {
                table.create(connection, check);
            }
            check.requireNoProblems();
            new HistoryIndexes(engine.useCase(), engine.views()).create(connection);
            return true;
        });
    }

    /**
     * What was committed last.
     *
     * @param batch -1 when nothing was
     * @param offsets topic/partition to the next offset
     */
    public record LastCommit(long batch, Map<String, Long> offsets) {}

    /** @param checkpoint the id of a query's */
    public synchronized LastCommit lastCommit(String checkpoint) throws SQLException {
        return inTransaction(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "select batch, offsets from sink_commit where checkpoint_id = ? order by batch desc limit 1")) {
                query.setString(1, checkpoint);
                try (ResultSet found = query.executeQuery()) {
                    if (!found.next()) {
                        return new LastCommit(-1, Map.of());
                    }
                    Map<String, Long> offsets = new HashMap<>();
                    JSON.readTree(found.getString(2))
                            .properties()
                            .forEach(entry ->
                                    offsets.put(entry.getKey(), entry.getValue().longValue()));
                    return new LastCommit(found.getLong(1), offsets);
                }
            }
        });
    }

    /**
     * @param offsets topic/partition to the next offset after this batch
     * @param through windows that end before are over
     * @param unstorable is told, before anything is committed, of records that PostgreSQL will never take: all else is written
     * @return false when it was written before
     */
    public synchronized boolean write(
            long batch,
            List<Produced> rows,
            Map<String, Long> offsets,
            Instant through,
            Consumer<List<RecordTables.Unstorable>> unstorable)
            throws SQLException {
        return inTransaction(connection -> {
            if (!claim(connection, batch, offsets)) {
                return false;
            }
            unstorable.accept(records.write(connection, batch, rows));
            writeWindows(connection, rows, through);
            return true;
        });
    }

    private boolean claim(Connection connection, long batch, Map<String, Long> offsets)
            throws SQLException, JsonProcessingException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into sink_commit (checkpoint_id, batch, offsets) values (?, ?, ?::jsonb) on conflict do nothing")) {
            insert.setString(1, checkpointId);
            insert.setLong(2, batch);
            insert.setString(3, JSON.writeValueAsString(offsets));
            if (insert.executeUpdate() == 0) {
                return false;
            }
        }
        try (PreparedStatement forget =
                connection.prepareStatement("delete from sink_commit where checkpoint_id = ? and batch < ?")) {
            forget.setString(1, checkpointId);
            forget.setLong(2, batch - REMEMBERED);
            forget.executeUpdate();
        }
        return true;
    }

    private void writeWindows(Connection connection, List<Produced> rows, Instant through) throws SQLException {
        for (WindowTable table : windows.values()) {
            for (View view : engine.views()) {
                if (!(view.definition().shape() instanceof ViewDefinition.Shape.Tumbling tumbling
                        && tumbling.table().equals(table.name()))) {
                    continue;
                }
                CopyRows copy = table.rows();
                List<Instant> starts = new ArrayList<>();
                for (Produced row : rows) {
                    if (row.kind() == Produced.Kind.WINDOW && row.name().equals(view.name())) {
                        ChangedWindow window = ChangedWindow.of(row.payload());
                        starts.add(Instant.ofEpochMilli(window.start()));
                        copy.add(table.row(view, row.entity(), window));
                    }
                }
                if (!copy.isEmpty()) {
                    months.ensure(connection, table.name(), starts);
                    table.merge(connection, view, copy);
                }
            }
            table.appendDue(connection, through);
        }
    }

    /** Appends the windows that are over although nothing new has come. */
    public synchronized void appendDue(Instant through) throws SQLException {
        inTransaction(connection -> {
            for (WindowTable table : windows.values()) {
                table.appendDue(connection, through);
            }
            return true;
        });
    }

    @FunctionalInterface
    private interface Work<T> {
        T in(Connection connection) throws SQLException, JsonProcessingException;
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        boolean committed = false;
        try (Connection connection = pool.getConnection()) {
            try {
                T result = work.in(connection);
                connection.commit();
                committed = true;
                return result;
            } catch (JsonProcessingException e) {
                throw new SQLException("A value could not be written as JSON, or read: " + e.getOriginalMessage(), e);
            } finally {
                if (!committed) {
                    connection.rollback();
                }
                months.settle(committed);
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
