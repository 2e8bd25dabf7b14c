package dev.millrace.stream.table;

import java.util.List;

/**
 * A column of a table.
 *
 * @param type as PostgreSQL writes it
 */
record Column(String name, String type, boolean isRequired) {
    String definition() {
        return Sql.name(name) + " " + type + (isRequired ? " not null" : "");
    }

    static List<String> names(List<Column> columns) {
        return columns.stream().map(Column::name).toList();
    }
}
