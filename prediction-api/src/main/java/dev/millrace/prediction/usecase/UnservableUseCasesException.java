package dev.millrace.prediction.usecase;

import java.util.List;

/** Use cases that this process cannot serve: some cannot be read, or they get in each other's way. Says all of it. */
public final class UnservableUseCasesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnservableUseCasesException(List<String> problems) {
        super(String.join("\n", problems));
    }
}
