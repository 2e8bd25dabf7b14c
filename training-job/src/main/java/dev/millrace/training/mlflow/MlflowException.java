package dev.millrace.training.mlflow;

/** A call to MLflow that did not succeed: a stable code, the call, and what came back. */
public final class MlflowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Whose fault it is. The id is stable: it is in logs and in the command's last line. */
    public enum Code {
        /** Nobody answers, or not in time: start the server, or set MLFLOW_TRACKING_URI to where it is. */
        UNREACHABLE("mlflow-unreachable"),
        /** What was asked for does not exist. */
        NOT_FOUND("mlflow-not-found"),
        /** The server refuses the call as it is. */
        REFUSED("mlflow-refused"),
        /** The server failed, or answered what this client does not understand. */
        FAILED("mlflow-failed");

        private final String id;

        Code(String id) {
            this.id = id;
        }

        public String id() {
            return id;
        }
    }

    private final Code code;

    public MlflowException(Code code, String call, String came) {
        super("%s: %s: %s".formatted(code.id(), call, came));
        this.code = code;
    }

    public MlflowException(Code code, String call, Throwable cause) {
        super("%s: %s: %s".formatted(code.id(), call, cause), cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
