/** How the service gets going: several things at a time. */
@NullMarked
package dev.millrace.prediction.start;

import org.jspecify.annotations.NullMarked;
