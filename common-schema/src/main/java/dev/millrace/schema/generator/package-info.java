/** The interface that a use case's own event generator implements. */
@NullMarked
package dev.millrace.schema.generator;

import org.jspecify.annotations.NullMarked;
