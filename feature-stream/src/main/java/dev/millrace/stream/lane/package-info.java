/** The exact lane: one Spark query from topics to blocks. */
@NullMarked
package dev.millrace.stream.lane;

import org.jspecify.annotations.NullMarked;
