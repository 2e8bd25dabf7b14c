/** The model package: what a training run writes and the prediction API reads. */
@NullMarked
package dev.millrace.forest.model;

import org.jspecify.annotations.NullMarked;
