/** Metrics and health over HTTP. */
@NullMarked
package dev.millrace.stream.watch;

import org.jspecify.annotations.NullMarked;
