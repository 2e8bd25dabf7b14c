/** Typed, sandboxed expressions over events and features. */
@NullMarked
package dev.millrace.feature.expression;

import org.jspecify.annotations.NullMarked;
