/** What a feature computes from aggregates. */
@NullMarked
package dev.millrace.feature.operation;

import org.jspecify.annotations.NullMarked;
