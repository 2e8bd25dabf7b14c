/** The prediction API: serves the models of one use case. */
@NullMarked
package dev.millrace.prediction;

import org.jspecify.annotations.NullMarked;
