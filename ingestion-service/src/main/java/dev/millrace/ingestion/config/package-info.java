/** What the environment says to the ingestion service. */
@NullMarked
package dev.millrace.ingestion.config;

import org.jspecify.annotations.NullMarked;
