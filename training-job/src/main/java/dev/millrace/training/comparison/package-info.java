/** How a challenger did beside the champion, on what really happened. */
@NullMarked
package dev.millrace.training.comparison;

import org.jspecify.annotations.NullMarked;
