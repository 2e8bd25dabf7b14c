package dev.millrace.lake;

/** A table that cannot hold what the use case defines, or is not there. */
public final class LakeException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public LakeException(String message) {
        super(message);
    }
}
