package dev.millrace.stream.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether tables still are what their definitions say: an older one may have made them. Of a table that is not, every row would be
 * refused, and nobody could tell whether that is the row's fault.
 */
final class TableCheck {
    private final Connection connection;
    private final List<String> problems = new ArrayList<>();

    TableCheck(Connection connection) {
        this.connection = connection;
    }

    /** @param isFilled whether an insert that does not name it gives it a value */
    private record Found(String type, boolean isRequired, boolean isFilled) {}

    /** Adds what may be missing in older rows. */
    void check(String table, List<Column> expected) throws SQLException {
        Map<String, Found> found = found(table);
        for (Column column : expected) {
            Found there = found.remove(Sql.kept(column.name()));
            if (there == null && !column.isRequired()) {
                Sql.execute(connection, "alter table " + Sql.name(table) + " add column " + column.definition());
            } else if (there == null) {
                problem(table, column.name(), "expected " + column.type() + " not null, found no such column");
            } else if (!there.type().equals(column.type())) {
                problem(table, column.name(), "expected " + column.type() + ", found " + there.type());
            } else if (there.isRequired() && !column.isRequired()) {
                problem(table, column.name(), "expected " + column.type() + " that may be null, found not null");
            }
        }
        found.forEach((name, other) -> {
            if (other.isRequired() && !other.isFilled()) {
                problem(table, name, "expected no such column, found " + other.type() + " not null without a default");
            }
        });
    }

    private void problem(String table, String column, String what) {
        problems.add("table '" + table + "', column '" + column + "': " + what);
    }

    /** @throws IllegalStateException says all that is wrong */
    void requireNoProblems() {
        if (!problems.isEmpty()) {
            throw new IllegalStateException(
                    "The definitions want other tables than PostgreSQL has; alter the tables, or give the event type or"
                            + " the view's table another name: " + String.join("; ", problems));
        }
    }

    private Map<String, Found> found(String table) throws SQLException {
        Map<String, Found> found = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(
                "select attname, format_type(atttypid, atttypmod), attnotnull, atthasdef or attidentity <> ''"
                        + " from pg_attribute where attrelid = ?::regclass and attnum > 0 and not attisdropped"
                        + " order by attnum")) {
            query.setString(1, Sql.name(table));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getString(1), new Found(rows.getString(2), rows.getBoolean(3), rows.getBoolean(4)));
                }
            }
        }
        return found;
    }
}
