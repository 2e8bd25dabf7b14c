package dev.millrace.ingestion.feed;

/** What makes the feed give up. The message says what to do. */
final class FeedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FeedException(String message) {
        super(message);
    }

    FeedException(String message, Throwable cause) {
        super(message, cause);
    }
}
