/** Reads a use case's folder and reports all that is wrong with it at once. */
@NullMarked
package dev.millrace.schema.loader;

import org.jspecify.annotations.NullMarked;
