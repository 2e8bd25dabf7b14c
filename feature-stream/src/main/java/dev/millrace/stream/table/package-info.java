/** Writes events, labels and closed windows to PostgreSQL. */
@NullMarked
package dev.millrace.stream.table;

import org.jspecify.annotations.NullMarked;
