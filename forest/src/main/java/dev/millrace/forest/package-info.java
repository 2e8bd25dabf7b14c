/** Gradient-boosted-tree inference: reads XGBoost's own model files and scores vectors as XGBoost does. */
@NullMarked
package dev.millrace.forest;

import org.jspecify.annotations.NullMarked;
