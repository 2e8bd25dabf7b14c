package dev.millrace.training.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several tables read side by side, in one order of arrival, without holding them in memory. */
final class Merge implements AutoCloseable {

    private static final int FETCH = 2_000;

    private final Connection connection;
    private final List<Cursor> opened = new ArrayList<>();
    private final PriorityQueue<Cursor> heads =
            new PriorityQueue<>(Comparator.comparing(cursor -> cursor.head.position()));

    /** @param connection in a transaction: cursors live no longer */
    Merge(Connection connection) {
        this.connection = connection;
    }

    @FunctionalInterface
    interface RowReader {
        Arrived of(ResultSet row) throws SQLException;
    }

    private static final class Cursor implements AutoCloseable {
        private final PreparedStatement statement;
        private final ResultSet rows;
        private final RowReader reader;
        private Arrived head;

        private Cursor(PreparedStatement statement, ResultSet rows, RowReader reader, Arrived head) {
            this.statement = statement;
            this.rows = rows;
            this.reader = reader;
            this.head = head;
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }

    /** Adds a query, which gives its rows in the order of arrival. */
    void add(String sql, RowReader reader, Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setFetchSize(FETCH);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        ResultSet rows = statement.executeQuery();
        if (rows.next()) {
            Cursor cursor = new Cursor(statement, rows, reader, reader.of(rows));
            opened.add(cursor);
            heads.add(cursor);
        } else {
            statement.close();
        }
    }

    /** The next record to have arrived, or null after the last one. */
    @Nullable
    Arrived next() throws SQLException {
        Cursor first = heads.poll();
        if (first == null) {
            return null;
        }
        Arrived next = first.head;
        if (first.rows.next()) {
            first.head = first.reader.of(first.rows);
            heads.add(first);
        }
        return next;
    }

    @Override
    public void close() throws SQLException {
        for (Cursor cursor : opened) {
            cursor.close();
        }
    }
}
