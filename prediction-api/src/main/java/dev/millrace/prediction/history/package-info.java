/** Events of the past, read back from the database: for moments that the online blocks cannot answer for any more. */
@NullMarked
package dev.millrace.prediction.history;

import org.jspecify.annotations.NullMarked;
