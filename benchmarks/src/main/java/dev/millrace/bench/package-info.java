/** The whole platform through its real processes. */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
