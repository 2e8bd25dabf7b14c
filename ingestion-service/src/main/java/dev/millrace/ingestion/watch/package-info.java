/** Health and metrics. */
@NullMarked
package dev.millrace.ingestion.watch;

import org.jspecify.annotations.NullMarked;
