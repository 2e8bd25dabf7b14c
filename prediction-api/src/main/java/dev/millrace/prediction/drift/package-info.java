/** How far what is scored now is from what each model was trained on. */
@NullMarked
package dev.millrace.prediction.drift;

import org.jspecify.annotations.NullMarked;
