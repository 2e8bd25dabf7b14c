/** The stream: reads event topics, folds them into blocks, writes Redis, PostgreSQL and the dead-letter topic. */
@NullMarked
package dev.millrace.stream;

import org.jspecify.annotations.NullMarked;
