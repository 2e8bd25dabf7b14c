/** The description of everything that is served, made from the use case's definitions. */
@NullMarked
package dev.millrace.prediction.openapi;

import org.jspecify.annotations.NullMarked;
