/** Topics: what is written to them, and what comes in over raw-events. */
@NullMarked
package dev.millrace.ingestion.kafka;

import org.jspecify.annotations.NullMarked;
