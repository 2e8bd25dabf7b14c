/** Whether the service is well. */
@NullMarked
package dev.millrace.ingestion.watch;

import org.jspecify.annotations.NullMarked;
