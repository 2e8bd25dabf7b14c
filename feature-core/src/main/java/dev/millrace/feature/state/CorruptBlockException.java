package dev.millrace.feature.state;

/** Bytes that are no block of this view: damaged, or written under another definition. */
public final class CorruptBlockException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CorruptBlockException(String message) {
        super(message);
    }
}
