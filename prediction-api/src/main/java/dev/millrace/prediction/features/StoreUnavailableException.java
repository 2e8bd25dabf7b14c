package dev.millrace.prediction.features;

/** The store of features did not answer in time, or not at all. */
public final class StoreUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    StoreUnavailableException(String message) {
        super(message);
    }

    StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
