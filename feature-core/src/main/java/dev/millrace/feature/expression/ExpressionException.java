package dev.millrace.feature.expression;

import org.jspecify.annotations.Nullable;

/** An expression that does not fit the names it is given. */
public final class ExpressionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String problem;

    public ExpressionException(String problem, @Nullable Throwable cause) {
        super(problem, cause);
        this.problem = problem;
    }

    public String problem() {
        return problem;
    }
}
