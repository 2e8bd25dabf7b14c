/** Whether a new version may take the champion's place. */
@NullMarked
package dev.millrace.training.promotion;

import org.jspecify.annotations.NullMarked;
