/** Every accepted event as an Arrow file on S3. */
@NullMarked
package dev.millrace.ingestion.landing;

import org.jspecify.annotations.NullMarked;
