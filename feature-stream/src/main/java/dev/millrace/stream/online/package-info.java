/** Writes blocks and progress to Redis, and rebuilds what Redis has lost. */
@NullMarked
package dev.millrace.stream.online;

import org.jspecify.annotations.NullMarked;
