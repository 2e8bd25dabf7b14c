/** The forest: one row, a batch and an explanation, beside XGBoost itself and ONNX Runtime on the same trees. */
@NullMarked
package dev.millrace.bench.forest;

import org.jspecify.annotations.NullMarked;
