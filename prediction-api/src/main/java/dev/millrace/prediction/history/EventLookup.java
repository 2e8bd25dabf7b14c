package dev.millrace.prediction.history;

import dev.millrace.feature.SourceRecord;
import dev.millrace.schema.definition.EventType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Single events by their id, and what is known of their truth, in the stream's tables. Thread-safe. */
public final class EventLookup {

    private static final Logger LOG = LoggerFactory.getLogger(EventLookup.class);

    private final DataSource source;

    public EventLookup(DataSource source) {
        this.source = source;
    }

    /**
     * An event, and which revisions of its truth there are.
     *
     * @param nextRevision above every label that is stored; 0 when there is none
     */
    public record Found(GenericRecord event, long nextRevision) {}

    /**
     * The events of this id: of a sender that keeps to its own rules at most one. No more than two are looked for.
     *
     * @throws HistoryUnavailableException when the database cannot be read
     */
    public List<Found> find(EventType type, String id) throws HistoryUnavailableException {
        if (id.indexOf('\0') >= 0) {
            // No column holds it.
            return List.of();
        }
        EventColumns columns = new EventColumns(type);
        try (Connection connection = source.getConnection();
                PreparedStatement query = connection.prepareStatement(
                        columns.select() + " where " + EventColumns.quoted(type.idField()) + " = ? limit 2")) {
            query.setObject(1, id, Types.OTHER);
            List<GenericRecord> events = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    events.add(event(type, columns.event(rows)));
                }
            }
            List<Found> found = new ArrayList<>();
            for (GenericRecord event : events) {
                found.add(new Found(event, nextRevision(connection, type, event)));
            }
            return found;
        } catch (SQLException e) {
            LOG.warn("the events of {} cannot be read: {}", type.name(), e.toString());
            throw new HistoryUnavailableException("the events of " + type.name(), e);
        }
    }

    private static GenericRecord event(EventType type, SourceRecord row) {
        GenericRecord event = new GenericData.Record(type.schema());
        for (Schema.Field field : type.schema().getFields()) {
            event.put(field.pos(), row.fields().of(field.name()));
        }
        return event;
    }

    private static long nextRevision(Connection connection, EventType type, GenericRecord event) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select coalesce(max(revision), -1) from labels"
                + " where event_type = ? and event_id = ? and event_time = ?")) {
            query.setString(1, type.name());
            query.setString(2, type.id(event));
            query.setObject(3, Instant.ofEpochMilli(type.time(event)).atOffset(ZoneOffset.UTC));
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("A greatest revision was asked for, and no row came");
                }
                return Math.max(-1, row.getLong(1)) + 1;
            }
        }
    }
}
