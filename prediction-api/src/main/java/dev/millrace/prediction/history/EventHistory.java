package dev.millrace.prediction.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.feature.FeatureHistory;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.BlockShape;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition.Shape;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks of any moment, by folding what the stream has written to the database in the order in which it arrived: the same
 * events by the same code as online. Thread-safe.
 */
public final class EventHistory {

    private static final Logger LOG = LoggerFactory.getLogger(EventHistory.class);

    private static final int FETCH = 2_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DataSource source;
    private final UseCase useCase;

    public EventHistory(DataSource source, UseCase useCase) {
        this.source = source;
        this.useCase = useCase;
    }

    /**
     * What a view knows of an entity, of all events that have arrived up to now.
     *
     * @param at the moment that is asked for, epoch milliseconds: the block answers for it
     * @throws HistoryUnavailableException when the database cannot be read
     */
    public Block at(View view, String entity, long at) throws HistoryUnavailableException {
        if (entity.indexOf('\0') >= 0) {
            // No column holds it, so no event has it.
            return new FeatureHistory(view).at(entity, at);
        }
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(true);
            // A cursor needs a transaction: an entity may have more events than fit the memory at once.
            connection.setAutoCommit(false);
            Block block = new Reading(connection, view, entity).block(at);
            connection.rollback();
            return block;
        } catch (SQLException e) {
            LOG.warn("the history of {} cannot be read: {}", view.name(), e.toString());
            throw new HistoryUnavailableException("the history of " + view.name(), e);
        }
    }

    @FunctionalInterface
    private interface RowReader {
        SourceRecord of(ResultSet row) throws SQLException;
    }

    /** One reading, on one connection. */
    private final class Reading {
        private final Connection connection;
        private final View view;
        private final String entity;
        private final EventType type;
        private final FeatureHistory history;

        private Reading(Connection connection, View view, String entity) {
            this.connection = connection;
            this.view = view;
            this.entity = entity;
            this.type = useCase.event(view.source().eventType());
            this.history = new FeatureHistory(view);
        }

        private Block block(long at) throws SQLException {
            switch (view.source()) {
                case Source.Events events ->
                    events(concerned(at).and(since(eventTime(), at)), arrived -> feed(arrived.record()));
                case Source.Labels labels -> feedLabels(at);
            }
            return history.at(entity, at);
        }

        private String eventTime() {
            return EventColumns.quoted(type.timeField());
        }

        /** Later events than the moment, too: they decide which of the earlier ones came too late. */
        private Condition since(String time, long at) {
            long reach = view.shape().reach();
            return reach >= BlockShape.FOREVER
                    ? Condition.of("true")
                    : Condition.of(time + " >= ?", timestamp(at - reach));
        }

        /** What events say of themselves, labels of the lowest revision, and what was said of them later. */
        private void feedLabels(long at) throws SQLException {
            List<Arrived> labels = new ArrayList<>();
            if (type.label().flatMap(EventType.LabelRule::field).isPresent()) {
                events(
                        concerned(EventColumns::quoted).and(since(eventTime(), at)),
                        arrived -> arrived.record()
                                .ownLabel(type)
                                .map(arrived::with)
                                .ifPresent(labels::add));
            }
            labels(at, labels::add);
            labels.sort(Comparator.naturalOrder());
            labels.forEach(arrived -> feed(arrived.record()));
        }

        private void feed(SourceRecord record) {
            try {
                for (View.Fed fed : view.feed(record)) {
                    if (view.isSequential() || fed.key().equals(entity)) {
                        history.fold(fed.key(), fed.event());
                    }
                }
            } catch (OutOfRangeException e) {
                // The view came after the event, and a backfill leaves such an event out, too.
                LOG.debug("{} does not count an event: {}", view.name(), e.getMessage());
            }
        }

        /** Events of the entity; of a sequential view, of its whole partition. */
        private Condition concerned(long at) throws SQLException {
            Condition own = concerned(EventColumns::quoted);
            if (!(view.definition().shape() instanceof Shape.Sequential sequential)) {
                return own;
            }
            String partition = EventColumns.quoted(sequential.partition());
            Condition before = own.and(Condition.of(eventTime() + " <= ?", timestamp(at)));
            String sql = "select " + partition + " from " + EventColumns.quoted(type.name()) + " where " + before.sql()
                    + " order by " + eventTime() + " desc limit 1";
            try (PreparedStatement statement = prepare(sql, before);
                    ResultSet row = statement.executeQuery()) {
                return row.next() ? Condition.of(partition + " = ?", row.getString(1)) : own;
            }
        }

        /** @param column by field */
        private Condition concerned(UnaryOperator<String> column) {
            return switch (view.definition().entity()) {
                case EntityKey.Fields fields -> named(fields, column);
                case EntityKey.Alternatives alternatives ->
                    Condition.any(alternatives.projections().stream()
                            .map(projection -> named(projection.key(), column))
                            .toList());
            };
        }

        private Condition named(EntityKey.Fields key, UnaryOperator<String> column) {
            List<String> values = EntityText.split(entity, key.names().size());
            List<Condition> conditions = new ArrayList<>();
            for (int i = 0; i < key.names().size(); i++) {
                // Which of the values is which is for the view to say.
                List<Object> possible = key.unordered() ? List.copyOf(values) : List.of(values.get(i));
                conditions.add(new Condition(
                        column.apply(key.names().get(i)) + " in ("
                                + String.join(", ", Collections.nCopies(possible.size(), "?")) + ")",
                        possible));
            }
            return Condition.all(conditions);
        }

        private void events(Condition where, Consumer<Arrived> consumer) throws SQLException {
            EventColumns columns = new EventColumns(type);
            read(columns.select() + " where " + where.sql() + Arrived.ORDER, where, columns::event, consumer);
        }

        private void labels(long at, Consumer<Arrived> consumer) throws SQLException {
            Condition where = Condition.all(List.of(
                    Condition.of("event_type = ?", type.name()),
                    concerned(field -> "entities->>'" + field.replace("'", "''") + "'"),
                    since("event_time", at)));
            read(
                    "select event_id, event_time, entities, value, revision, " + Arrived.COLUMNS + " from labels where "
                            + where.sql() + Arrived.ORDER,
                    where,
                    Reading::label,
                    consumer);
        }

        private static SourceRecord label(ResultSet row) throws SQLException {
            Map<String, Object> fields = new HashMap<>();
            try {
                for (Map.Entry<String, JsonNode> each :
                        JSON.readTree(row.getString("entities")).properties()) {
                    fields.put(each.getKey(), each.getValue().asText());
                }
            } catch (JsonProcessingException e) {
                throw new SQLException("The entities of a label are no JSON", e);
            }
            fields.put("value", row.getDouble("value"));
            return new SourceRecord(
                    row.getString("event_id"),
                    row.getObject("event_time", OffsetDateTime.class)
                            .toInstant()
                            .toEpochMilli(),
                    row.getInt("revision"),
                    fields::get);
        }

        private void read(String sql, Condition where, RowReader reader, Consumer<Arrived> consumer)
                throws SQLException {
            try (PreparedStatement statement = prepare(sql, where);
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    consumer.accept(Arrived.of(rows, reader.of(rows)));
                }
            }
        }

        private PreparedStatement prepare(String sql, Condition where) throws SQLException {
            PreparedStatement statement = connection.prepareStatement(sql);
            statement.setFetchSize(FETCH);
            for (int i = 0; i < where.parameters().size(); i++) {
                Object value = where.parameters().get(i);
                if (value instanceof String text) {
                    // Of whatever type the column is.
                    statement.setObject(i + 1, text, Types.OTHER);
                } else {
                    statement.setObject(i + 1, value);
                }
            }
            return statement;
        }
    }

    private static OffsetDateTime timestamp(long millis) {
        return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    }
}
