/** The lake's lane: events and labels to Iceberg tables, one Spark query each. */
@NullMarked
package dev.millrace.stream.lake;

import org.jspecify.annotations.NullMarked;
