/** The use cases that one process serves. */
@NullMarked
package dev.millrace.prediction.usecase;

import org.jspecify.annotations.NullMarked;
