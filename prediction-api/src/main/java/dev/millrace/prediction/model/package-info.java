/** The models that are served: follows the registry, keeps the last good ones. */
@NullMarked
package dev.millrace.prediction.model;

import org.jspecify.annotations.NullMarked;
