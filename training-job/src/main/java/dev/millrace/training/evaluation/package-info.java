/** How good a model is, and on which rows that may be asked: metrics, curves, splits by time. */
@NullMarked
package dev.millrace.training.evaluation;

import org.jspecify.annotations.NullMarked;
