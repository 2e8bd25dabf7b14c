/** Load for a server on this machine: for benchmarks, and for tests of what happens under it. */
@NullMarked
package dev.millrace.local.load;

import org.jspecify.annotations.NullMarked;
