/** What brings the whole platform up: settings, preflight, steps, supervisor. */
@NullMarked
package dev.millrace.local.up;

import org.jspecify.annotations.NullMarked;
