/** What the environment says to the training job. */
@NullMarked
package dev.millrace.training.config;

import org.jspecify.annotations.NullMarked;
