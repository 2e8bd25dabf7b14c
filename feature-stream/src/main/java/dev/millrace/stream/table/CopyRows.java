package dev.millrace.stream.table;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Rows on their way into a table by COPY: at once, or by way of a temporary table that looks like it. */
final class CopyRows {
    private final List<String> columns;
    private final StringBuilder text = new StringBuilder();
    private final CSVPrinter printer;
    private int size;

    /** @param columns of the table, in the order of each row's values: the table may have them in another, and more */
    CopyRows(List<String> columns) {
        this.columns = List.copyOf(columns);
        try {
            printer = new CSVPrinter(text, CSVFormat.POSTGRESQL_CSV);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Values as PostgreSQL reads them: instants, numbers, text; null and NaN are null. */
    void add(List<@Nullable Object> values) {
        try {
            printer.printRecord(values.stream().map(CopyRows::text).toList());
            size++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable String text(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Double number -> number.isNaN() ? null : number.toString();
            case BigDecimal decimal -> decimal.toPlainString();
            case Instant instant -> Sql.moment(instant);
            case GenericEnumSymbol<?> symbol -> symbol.toString();
            default -> value.toString();
        };
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The temporary table is empty before; it lasts until the transaction's end. */
    void into(Connection connection, String stage, String like) throws SQLException {
        Sql.execute(
                connection,
                "create temporary table if not exists " + Sql.name(stage) + " (like " + Sql.name(like)
                        + " including defaults) on commit delete rows");
        Sql.execute(connection, "truncate " + Sql.name(stage));
        into(connection, stage);
    }

    /** What takes over the rows of a temporary table. */
    String insert(String table, String stage) {
        String names = Sql.names(columns);
        return "insert into " + Sql.name(table) + " (" + names + ") select " + names + " from " + Sql.name(stage);
    }

    /** Where a table has a row of the same key already, it takes none. */
    void into(Connection connection, String table) throws SQLException {
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "copy " + Sql.name(table) + " (" + Sql.names(columns) + ") from stdin (format csv)",
                            new StringReader(text.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
