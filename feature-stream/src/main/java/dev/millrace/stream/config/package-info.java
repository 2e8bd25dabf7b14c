/** What the environment says to the stream. */
@NullMarked
package dev.millrace.stream.config;

import org.jspecify.annotations.NullMarked;
