/** Features as they are now: one round trip to Redis for a whole vector, bounded in time, and what is known of their age. */
@NullMarked
package dev.millrace.prediction.features;

import org.jspecify.annotations.NullMarked;
