/** Events over HTTP. */
@NullMarked
package dev.millrace.ingestion.http;

import org.jspecify.annotations.NullMarked;
