/** Writes a trained model as a package that the prediction API and MLflow in Python both load. */
@NullMarked
package dev.millrace.training.packaging;

import org.jspecify.annotations.NullMarked;
