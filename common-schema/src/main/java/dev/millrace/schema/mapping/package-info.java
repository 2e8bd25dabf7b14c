/** Turns the rows of a foreign file into events. */
@NullMarked
package dev.millrace.schema.mapping;

import org.jspecify.annotations.NullMarked;
