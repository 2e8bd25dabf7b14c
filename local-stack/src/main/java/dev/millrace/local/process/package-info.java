/** Operating-system processes that never outlive their parent. */
@NullMarked
package dev.millrace.local.process;

import org.jspecify.annotations.NullMarked;
