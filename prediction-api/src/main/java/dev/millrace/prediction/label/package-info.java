/** Takes what turned out to be true of an event, and sends it where the stream counts it. */
@NullMarked
package dev.millrace.prediction.label;

import org.jspecify.annotations.NullMarked;
