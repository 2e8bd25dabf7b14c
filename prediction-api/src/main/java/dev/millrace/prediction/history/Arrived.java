package dev.millrace.prediction.history;

import dev.millrace.feature.SourceRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Comparator;

/** A record, and when and where it came in: what orders it among all others. */
record Arrived(OffsetDateTime at, String topic, int partition, long offset, SourceRecord record)
        implements Comparable<Arrived> {

    static final String COLUMNS = "arrival_time, topic_id, kafka_partition, kafka_offset";
    static final String ORDER = " order by arrival_time, topic_id collate \"C\", kafka_partition, kafka_offset";

    private static final Comparator<Arrived> ARRIVAL = Comparator.comparing(Arrived::at)
            .thenComparing(Arrived::topic)
            .thenComparingInt(Arrived::partition)
            .thenComparingLong(Arrived::offset);

    static Arrived of(ResultSet row, SourceRecord record) throws SQLException {
        return new Arrived(
                row.getObject("arrival_time", OffsetDateTime.class),
                row.getString("topic_id"),
                row.getInt("kafka_partition"),
                row.getLong("kafka_offset"),
                record);
    }

    Arrived with(SourceRecord other) {
        return new Arrived(at, topic, partition, offset, other);
    }

    @Override
    public int compareTo(Arrived other) {
        return ARRIVAL.compare(this, other);
    }
}
