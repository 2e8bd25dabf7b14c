package dev.millrace.stream.table;

import dev.millrace.feature.Feature;
import dev.millrace.feature.View;
import dev.millrace.feature.operation.Count;
import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.EventType;
import dev.millrace.stream.lane.ChangedWindow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table of tumbling windows that one or several views fill. A window is appended once it is over; what changes it
 * later appends a row with a higher revision. Until then it waits in {@code TABLE_pending}.
 */
final class WindowTable {
    /** How long after a window's end its row is written. */
    static final Duration WATERMARK = Duration.ofSeconds(10);

    private static final Column REVISION = new Column("revision", "integer", true);
    private static final Column DUE = new Column("due", EventTable.TIME, true);

    private final String table;
    private final String pending;
    private final List<String> entity;
    private final List<View> views;
    private final EventType event;
    private final long width;

    /** @param views of one entity and width */
    WindowTable(String table, List<View> views, EventType event) {
        this.table = table;
        this.pending = Sql.fitting(table + "_pending");
        this.views = List.copyOf(views);
        this.entity = views.getFirst().entityFields();
        this.event = event;
        this.width = views.getFirst().tumblingWidth();
        for (View view : views) {
            if (!view.entityFields().equals(entity) || view.tumblingWidth() != width) {
                throw new IllegalArgumentException("The views of the table '" + table
                        + "' need one entity and one width; '" + view.name() + "' differs from '"
                        + views.getFirst().name() + "'");
            }
        }
    }

    String name() {
        return table;
    }

    private List<String> features() {
        return views.stream()
                .flatMap(view -> view.features().stream())
                .map(Feature::name)
                .toList();
    }

    /** In the order of {@link #row}, but for the one in the middle. */
    private List<Column> columns(Column own) {
        List<Column> columns = new ArrayList<>();
        entity.forEach(field -> columns.add(new Column(
                field, EventTable.sqlType(event.schema().getField(field).schema()), true)));
        columns.add(new Column("window_start", EventTable.TIME, true));
        columns.add(new Column("window_end", EventTable.TIME, true));
        columns.add(own);
        views.stream()
                .flatMap(view -> view.features().stream())
                .forEach(feature -> columns.add(new Column(
                        feature.name(), feature.operation() instanceof Count ? "bigint" : "double precision", false)));
        return columns;
    }

    private static String definitions(List<Column> columns) {
        return columns.stream().map(Column::definition).collect(Collectors.joining(", "));
    }

    /** For rows of one view. */
    CopyRows rows() {
        return new CopyRows(Column.names(columns(DUE)));
    }

    private String key() {
        return Sql.names(entity) + ", window_start";
    }

    void create(Connection connection, TableCheck check) throws SQLException {
        Sql.execute(
                connection,
                "create table if not exists " + Sql.name(table) + " (" + definitions(columns(REVISION))
                        + ", primary key (" + key() + ", revision)) partition by range (window_start)");
        check.check(table, columns(REVISION));
        Sql.execute(
                connection,
                "create index if not exists " + Sql.name(Sql.fitting(table + "_by_time")) + " on " + Sql.name(table)
                        + " (window_start)");
        Sql.execute(
                connection,
                "create table if not exists " + Sql.name(pending) + " (" + definitions(columns(DUE)) + ", primary key ("
                        + key() + "))");
        check.check(pending, columns(DUE));
        Sql.execute(
                connection,
                "create index if not exists " + Sql.name(Sql.fitting(pending + "_by_due")) + " on " + Sql.name(pending)
                        + " (due)");
        Sql.execute(
                connection,
                "create or replace view " + Sql.name(Sql.fitting(table + "_current")) + " as select distinct on ("
                        + key() + ") * from " + Sql.name(table) + " order by " + key() + ", revision desc");
    }

    List<@Nullable Object> row(View view, String entityKey, ChangedWindow window) {
        Instant start = Instant.ofEpochMilli(window.start());
        Instant end = start.plusMillis(width);
        Instant due = end.plus(WATERMARK);
        List<@Nullable Object> row = new ArrayList<>(EntityText.split(entityKey, entity.size()));
        row.add(start);
        row.add(end);
        row.add(window.newest() >= due.toEpochMilli() ? "-infinity" : due);
        for (View each : views) {
            for (int i = 0; i < each.features().size(); i++) {
                row.add(each == view ? value(each.features().get(i), window.values()[i]) : null);
            }
        }
        return row;
    }

    private static @Nullable Object value(Feature feature, double value) {
        return feature.operation() instanceof Count ? (Object) (long) value : (Object) value;
    }

    /** Takes over the rows of one view of a batch. */
    void merge(Connection connection, View view, CopyRows rows) throws SQLException {
        String stage = Sql.fitting(pending + "_stage");
        rows.into(connection, stage, pending);
        List<String> own = view.features().stream().map(Feature::name).toList();
        String updates = Stream.concat(
                        own.stream().map(name -> Sql.name(name) + " = excluded." + Sql.name(name)),
                        Stream.of("due = least(excluded.due, " + Sql.name(pending) + ".due)"))
                .collect(Collectors.joining(", "));
        Sql.execute(connection, rows.insert(pending, stage) + " on conflict (" + key() + ") do update set " + updates);
    }

    /**
     * Appends the windows that are over.
     *
     * @param through every event that had arrived by then was read
     * @return how many
     */
    int appendDue(Connection connection, Instant through) throws SQLException {
        List<String> features = features();
        String values = views.stream()
                .flatMap(view -> view.features().stream())
                .map(feature -> "coalesce(due." + Sql.name(feature.name()) + ", newest." + Sql.name(feature.name())
                        + (feature.operation() instanceof Count ? ", 0" : "") + ")")
                .collect(Collectors.joining(", "));
        String sameWindow = entity.stream()
                .map(field -> "f." + Sql.name(field) + " = due." + Sql.name(field))
                .collect(Collectors.joining(" and "));
        String sql = "with due as (delete from " + Sql.name(pending) + " where due <= ? returning *) insert into "
                + Sql.name(table) + " (" + key() + ", window_end, revision, " + Sql.names(features) + ") select "
                + entity.stream().map(field -> "due." + Sql.name(field)).collect(Collectors.joining(", "))
                + ", due.window_start, due.window_end, coalesce(newest.revision + 1, 0), " + values
                + " from due left join lateral (select * from " + Sql.name(table) + " f where " + sameWindow
                + " and f.window_start = due.window_start order by f.revision desc limit 1) newest on true"
                // What is folded again after a backfill says what is there already.
                + " where newest.revision is null or row(" + values + ") is distinct from row("
                + features.stream().map(name -> "newest." + Sql.name(name)).collect(Collectors.joining(", "))
                + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, OffsetDateTime.ofInstant(through, ZoneOffset.UTC));
            return statement.executeUpdate();
        }
    }
}
