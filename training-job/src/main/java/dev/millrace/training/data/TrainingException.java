package dev.millrace.training.data;

/** Why a training run or a promotion cannot go on: a stable code, what was expected, what came, what to do. */
public final class TrainingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The id is stable: it begins the command's last line. */
    public enum Code {
        /** The use case, model or kind of model is not there or cannot be trained. */
        UNKNOWN_MODEL("training-unknown-model"),
        /** Too few rows, or labels of one class only. */
        NOT_ENOUGH_DATA("training-not-enough-data"),
        /** A truth that the kind of model does not know. */
        LABEL("training-label"),
        /** A gate keeps the version from being promoted. */
        GATE("promotion-gate"),
        /** The version is not there or carries no metrics of ours. */
        UNKNOWN_VERSION("promotion-unknown-version"),
        /** PostgreSQL cannot be reached, or lacks a table. */
        DATABASE("training-database"),
        /** There is no lake, it cannot be reached, or lacks a table. */
        LAKE("training-lake"),
        /** The training set is not there, or was made under other definitions. */
        DATASET("training-dataset"),
        /** A library failed. */
        INTERNAL("training-internal");

        private final String id;

        Code(String id) {
            this.id = id;
        }

        public String id() {
            return id;
        }
    }

    private final Code code;

    public TrainingException(Code code, String message) {
        super(code.id() + ": " + message);
        this.code = code;
    }

    public TrainingException(Code code, String message, Throwable cause) {
        super(code.id() + ": " + message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
