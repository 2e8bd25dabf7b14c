/** The feature engine: definitions to fold, block and vector. The same code serves stream, training set and online read. */
@NullMarked
package dev.millrace.feature;

import org.jspecify.annotations.NullMarked;
