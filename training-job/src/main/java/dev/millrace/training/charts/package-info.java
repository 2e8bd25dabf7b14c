/** Pictures and texts about a model, for people. */
@NullMarked
package dev.millrace.training.charts;

import org.jspecify.annotations.NullMarked;
