package dev.millrace.prediction.model;

/** The registry did not give what was asked for. */
public final class RegistryException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The id is stable: it is in health reasons, logs and metric labels. */
    public enum Code {
        /** Nobody answers, or not in time. */
        UNREACHABLE("registry-unreachable"),
        /** The registry answers, but not what it should. */
        FAILED("registry-failed");

        private final String id;

        Code(String id) {
            this.id = id;
        }

        public String id() {
            return id;
        }
    }

    private final Code code;

    public RegistryException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public RegistryException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
