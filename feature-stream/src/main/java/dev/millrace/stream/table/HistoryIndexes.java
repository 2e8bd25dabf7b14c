package dev.millrace.stream.table;

import dev.millrace.feature.View;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition.Shape;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Indexes by which the prediction API reads what one entity of a view went through: the entity's fields, then the time. An
 * event's own key has one anyway; other entities, and those that labels name, would cost a reading of the whole table.
 */
final class HistoryIndexes {

    static final String LABELS = "labels";

    /** What is to be executed, by the index's name. */
    private final Map<String, String> statements = new LinkedHashMap<>();

    HistoryIndexes(UseCase useCase, Collection<View> views) {
        // No model reads a tumbling view: what it finished lies in a table of its own.
        views.stream()
                .filter(view -> !view.isTumbling())
                .forEach(view -> add(view, useCase.event(view.source().eventType())));
    }

    /** Those that are not there yet, also on tables that have rows. */
    void create(Connection connection) throws SQLException {
        for (String statement : statements.values()) {
            Sql.execute(connection, statement);
        }
    }

    private void add(View view, EventType type) {
        List<List<String>> entities = entities(view.definition().entity());
        switch (view.source()) {
            case Source.Events events -> entities.forEach(fields -> ofEvents(type, fields));
            case Source.Labels labels -> {
                entities.forEach(this::ofLabels);
                if (type.label().flatMap(EventType.LabelRule::field).isPresent()) {
                    entities.forEach(fields -> ofEvents(type, fields));
                }
            }
        }
        if (view.definition().shape() instanceof Shape.Sequential sequential) {
            ofEvents(type, List.of(sequential.partition()));
        }
    }

    private static List<List<String>> entities(EntityKey entity) {
        return switch (entity) {
            case EntityKey.Fields fields -> List.of(fields.names());
            case EntityKey.Alternatives alternatives ->
                alternatives.projections().stream()
                        .map(projection -> projection.key().names())
                        .toList();
        };
    }

    private void ofEvents(EventType type, List<String> fields) {
        if (!fields.equals(type.keyFields())) {
            List<String> columns = Stream.concat(fields.stream(), Stream.of(type.timeField()))
                    .distinct()
                    .map(Sql::name)
                    .toList();
            add(type.name(), fields, columns);
        }
    }

    private void ofLabels(List<String> fields) {
        List<String> columns = new ArrayList<>(List.of("event_type"));
        fields.forEach(field -> columns.add("(entities->>'" + field.replace("'", "''") + "')"));
        columns.add("event_time");
        add(LABELS, fields, columns);
    }

    private void add(String table, List<String> fields, List<String> columns) {
        String name = Sql.fitting(table + "_by_" + String.join("_and_", fields));
        statements.putIfAbsent(
                name,
                "create index if not exists " + Sql.name(name) + " on " + Sql.name(table)
                        + columns.stream().collect(Collectors.joining(", ", " (", ")")));
    }
}
