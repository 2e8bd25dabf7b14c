/** What was answered goes to the topic {@code predictions}, with all that it rests on. */
@NullMarked
package dev.millrace.prediction.decision;

import org.jspecify.annotations.NullMarked;
