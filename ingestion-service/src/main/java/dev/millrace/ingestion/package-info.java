/** Ingestion: takes events over HTTP and Kafka, validates and masks them, writes event topics, dead letters and the raw landing. */
@NullMarked
package dev.millrace.ingestion;

import org.jspecify.annotations.NullMarked;
