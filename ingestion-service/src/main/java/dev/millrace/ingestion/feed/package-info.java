/** A client of ingestion: sends made-up history and live traffic, and the rows of files. */
@NullMarked
package dev.millrace.ingestion.feed;

import org.jspecify.annotations.NullMarked;
