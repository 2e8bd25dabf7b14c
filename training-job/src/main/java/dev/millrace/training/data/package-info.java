/** What is trained on: the training set, where it comes from and is kept, and why a run cannot go on with it. */
@NullMarked
package dev.millrace.training.data;

import org.jspecify.annotations.NullMarked;
