/** Main classes of child processes: the only code that may touch a server's own libraries. */
@NullMarked
package dev.millrace.local.main;

import org.jspecify.annotations.NullMarked;
