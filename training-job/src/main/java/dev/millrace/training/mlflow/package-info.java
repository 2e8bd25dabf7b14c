/** The MLflow server: runs through its Java client; registry and artifacts, which that client lacks, through plain HTTP. */
@NullMarked
package dev.millrace.training.mlflow;

import org.jspecify.annotations.NullMarked;
