/** Whether the service lives, is ready, and how well it is. */
@NullMarked
package dev.millrace.prediction.health;

import org.jspecify.annotations.NullMarked;
