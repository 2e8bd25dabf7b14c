/** What a use case's own folds implement: features that no window can say. */
@NullMarked
package dev.millrace.feature.fold;

import org.jspecify.annotations.NullMarked;
