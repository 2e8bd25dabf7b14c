package dev.millrace.feature;

/** An event whose number is too large for exact sums: the sender's fault, or the definition's. */
public final class OutOfRangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfRangeException(String message) {
        super(message);
    }
}
