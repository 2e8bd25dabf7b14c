package dev.millrace.lake;

import org.apache.spark.sql.Row;

/** Records of one kind to rows and back, without loss. Thread-safe. */
public interface RecordRows<T> {
    Columns columns();

    /** Whether records may lack a column: only such can be added to a table that has rows. */
    boolean isOptional(String column);

    Row row(T record, Position position);

    /** @param row of {@link Columns#rows()} */
    T record(Row row);
}
