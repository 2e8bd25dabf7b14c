package dev.millrace.prediction.scoring;

import dev.millrace.prediction.model.ServedModel;
import org.jspecify.annotations.Nullable;

/**
 * An answer, and who gave it: not always who was asked.
 *
 * @param by whose definitions its evidence is of; null when a rule answered
 */
record Scored(Answer answer, @Nullable Serving by) {

    static Scored byRule(Answer answer) {
        return new Scored(answer, null);
    }

    /** The same with one more reason. */
    Scored because(String reason) {
        return new Scored(answer.because(reason), by);
    }

    /** The version that answered; null when a rule did. */
    @Nullable
    ServedModel version() {
        return by == null ? null : by.served();
    }
}
