package dev.millrace.training.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.feature.SourceRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;

/** The table of labels, read back. */
final class LabelTable {

    /** Parameters: the event type, the least event time, and the greatest arrival time. */
    static final String SQL = "select event_type, event_id, event_time, entities, value, revision, topic_id,"
            + " kafka_partition, kafka_offset, arrival_time from labels"
            + " where event_type = ? and event_time >= ? and arrival_time <= ?"
            + " order by arrival_time, topic_id collate \"C\", kafka_partition, kafka_offset";

    private static final ObjectMapper JSON = new ObjectMapper();

    private LabelTable() {}

    static Arrived.Label label(ResultSet row) throws SQLException {
        Map<String, Object> fields = new HashMap<>();
        try {
            for (Map.Entry<String, JsonNode> entity :
                    JSON.readTree(row.getString("entities")).properties()) {
                fields.put(entity.getKey(), entity.getValue().asText());
            }
        } catch (JsonProcessingException e) {
            throw new SQLException("The entities of a label are no JSON", e);
        }
        fields.put("value", row.getDouble("value"));
        SourceRecord record = new SourceRecord(
                row.getString("event_id"),
                row.getObject("event_time", OffsetDateTime.class).toInstant().toEpochMilli(),
                row.getInt("revision"),
                fields::get);
        return new Arrived.Label(EventTable.position(row), row.getString("event_type"), record);
    }
}
