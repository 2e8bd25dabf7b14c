/** How the service gets going, several things at a time, and what it does again and again from then on. */
@NullMarked
package dev.millrace.prediction.start;

import org.jspecify.annotations.NullMarked;
