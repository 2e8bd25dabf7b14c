package dev.millrace.stream.table;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Collection;
import java.util.stream.Collectors;

/** Pieces of SQL. */
public final class Sql {
    /** <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">Of PostgreSQL</a>. */
    private static final String BAD_COPY_FORMAT = "22P04";

    private static final String NOT_NULL_VIOLATION = "23502";

    private static final String PROGRAM_LIMIT_EXCEEDED = "54000";

    /** PostgreSQL cuts longer names off, and would take two for the same. */
    private static final int LONGEST_NAME = 63;

    private static final int KEPT = 46;

    private Sql() {}

    /** For each name that is made of another: a name that PostgreSQL keeps whole, this one, or its beginning and what tells it from others. */
    static String fitting(String wanted) {
        if (wanted.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME) {
            return wanted;
        }
        String kept = wanted.codePoints()
                .limit(KEPT)
                .mapToObj(point -> point < 128 ? Character.toString(point) : "_")
                .collect(Collectors.joining());
        return kept + "_" + Hashing.farmHashFingerprint64().hashString(wanted, StandardCharsets.UTF_8);
    }

    /** What PostgreSQL keeps of a name that is given to it as it is; of ASCII, as those of definitions are. */
    static String kept(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }

    /** A moment as PostgreSQL reads it: without the sign that Java writes before a year of five digits. */
    static String moment(Instant moment) {
        String text = moment.toString();
        return text.startsWith("+") ? text.substring(1) : text;
    }

    /** Quoted, whatever it is. */
    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String names(Collection<String> names) {
        return names.stream().map(Sql::name).collect(Collectors.joining(", "));
    }

    /**
     * Whether the database will never take one of these rows: a character or a number that its types do not know, nothing
     * where something must be, or a key that its indexes have no room for. That a table has other columns than are written is no fault of theirs.
     */
    public static boolean isOfTheRows(SQLException refusal) {
        String state = refusal.getSQLState();
        return state != null
                && (state.startsWith("22") && !state.equals(BAD_COPY_FORMAT)
                        || state.equals(NOT_NULL_VIOLATION)
                        || state.equals(PROGRAM_LIMIT_EXCEEDED));
    }

    /** How many rows it has changed. */
    static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
