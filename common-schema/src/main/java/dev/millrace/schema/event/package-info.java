/** Events as they travel: validation of what comes in, and the bytes on a topic. */
@NullMarked
package dev.millrace.schema.event;

import org.jspecify.annotations.NullMarked;
