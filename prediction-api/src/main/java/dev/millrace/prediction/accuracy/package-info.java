/** How right the versions of a model were, once the truth is known. */
@NullMarked
package dev.millrace.prediction.accuracy;

import org.jspecify.annotations.NullMarked;
