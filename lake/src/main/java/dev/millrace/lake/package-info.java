/** The lake: every event and label of a use case as Iceberg tables, for all that write or read them. */
@NullMarked
package dev.millrace.lake;

import org.jspecify.annotations.NullMarked;
