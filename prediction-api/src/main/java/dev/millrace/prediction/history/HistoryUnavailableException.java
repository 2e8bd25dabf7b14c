package dev.millrace.prediction.history;

/** The events of the past cannot be read now. */
public final class HistoryUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    HistoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
