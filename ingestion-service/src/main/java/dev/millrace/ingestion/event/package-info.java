/** What happens to every event, wherever it came from: checked, masked, encoded. */
@NullMarked
package dev.millrace.ingestion.event;

import org.jspecify.annotations.NullMarked;
