package dev.millrace.training;

import dev.millrace.training.data.Period;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model's rows, and of when. */
final class RowOptions {

    @Option(names = "--use-case", required = true, paramLabel = "NAME", description = "The use case's name.")
    @SuppressWarnings("NullAway.Init")
    private String useCase;

    @Option(names = "--model", paramLabel = "NAME", description = "The model's name; its only one when left out.")
    private @Nullable String model;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Rows from this event time on, such as 2026-01-31T00:00:00Z; the last 30 days when left out.")
    private @Nullable Instant from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "Rows before this event time only; in any case none whose label is not known yet.")
    private @Nullable Instant to;

    String useCase() {
        return useCase;
    }

    @Nullable
    String model() {
        return model;
    }

    Period period() {
        return new Period(from, to);
    }
}
