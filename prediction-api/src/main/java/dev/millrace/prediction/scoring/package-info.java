/** From a request to an answer: what a request may say, the ladder of ways to answer it, and what is counted. */
@NullMarked
package dev.millrace.prediction.scoring;

import org.jspecify.annotations.NullMarked;
