package dev.millrace.training.data;

import dev.millrace.training.evaluation.Split;

/** Where the rows that a run has used are kept. */
@FunctionalInterface
public interface TrainingSetSink {

    /** Writes the rows of a run: all of them, or none. */
    void write(String runId, TrainingSet set, Split split);
}
