/** Trains, tunes and scores with XGBoost. */
@NullMarked
package dev.millrace.training.xgboost;

import org.jspecify.annotations.NullMarked;
