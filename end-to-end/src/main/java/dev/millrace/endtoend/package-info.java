/** The whole platform through its real processes. */
@NullMarked
package dev.millrace.endtoend;

import org.jspecify.annotations.NullMarked;
