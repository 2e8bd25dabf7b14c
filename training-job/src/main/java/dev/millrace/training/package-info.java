/** The training job: from a training set to a model in the registry, and its promotion. */
@NullMarked
package dev.millrace.training;

import org.jspecify.annotations.NullMarked;
