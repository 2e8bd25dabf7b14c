package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.UseCase;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Generated events of the last days, and the labels that are known of them by now. */
@Command(
        name = "history",
        description = {
            "Sends the generated events of the last full days and of today until now, as if they had arrived in their time.",
            "Labels that are known by now are sent, too; the others are kept for the live traffic."
        },
        mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
    /** How far one lane may run ahead of another: well within the time that the stream recognises duplicates for. */
    static final Duration WIDTH = Duration.ofHours(8);

    static final int MOST = 4_000;
    static final Duration PATIENCE = Duration.ofMinutes(5);
    static final Duration NEWS = Duration.ofSeconds(3);

    private final Context context;

    @Option(names = "--days", defaultValue = "75", description = "Full days before today (default: ${DEFAULT-VALUE}).")
    private int days;

    @Option(names = "--per-day", defaultValue = "1000", description = "Events per day (default: ${DEFAULT-VALUE}).")
    private int perDay;

    @Option(
            names = "--zero-labels",
            defaultValue = "0.01",
            description = "Share of the labels 0 that are sent: they go without saying (default: ${DEFAULT-VALUE}).")
    private double zeroLabels;

    HistoryCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (days < 1 || days > 3_660) {
            throw new FeedException("--days: expected 1 to 3660, found " + days);
        }
        FeedSettings settings = context.settings();
        UseCase useCase = context.useCase();
        Instant now = context.clock().instant();
        Instant start = LocalDate.ofInstant(now, ZoneOffset.UTC)
                .minusDays(days)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
        Timeline timeline = new Timeline(
                Generated.of(useCase, useCase.settings(), perDay).between(start, now),
                new Dispatches(useCase, zeroLabels),
                Duration.ZERO);
        DueLabels dueLabels = new DueLabels(settings.state(), useCase.name());
        Tally tally = new Tally();
        Progress progress = new Progress(context.out(), tally, NEWS);
        IngestionClient client = new IngestionClient(settings, PATIENCE, context.stop(), tally);
        try (Lanes lanes = new Lanes(client, Lanes.Arrivals.STATED)) {
            for (Optional<Slice> slice = timeline.next(WIDTH, MOST);
                    slice.isPresent();
                    slice = timeline.next(WIDTH, MOST)) {
                if (!lanes.send(slice.get())) {
                    return progress.finish("Stopped at " + slice.get().from());
                }
                progress.at(slice.get().to());
            }
        }
        dueLabels.add(timeline.remainingLabels());
        progress.say(
                "%,d labels are due later".formatted(timeline.remainingLabels().size()));
        return progress.finish("History since " + start);
    }
}
