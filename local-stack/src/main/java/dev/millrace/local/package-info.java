/** Real servers on one machine: {@link dev.millrace.local.LocalStack} for tests, the command for people. */
@NullMarked
package dev.millrace.local;

import org.jspecify.annotations.NullMarked;
