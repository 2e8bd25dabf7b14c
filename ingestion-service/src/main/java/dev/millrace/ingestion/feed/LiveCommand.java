package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.generator.EventGenerator;
import dev.millrace.schema.generator.SourceEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Generated events at the times that they are of, and labels as they fall due. */
@Command(
        name = "traffic",
        description = {
            "Sends generated events as they happen, and labels as they fall due, until it is stopped.",
            "More events than the history had come from the same entities, each of them busier."
        },
        mixinStandardHelpOptions = true)
final class LiveCommand implements Callable<Integer> {
    /** Ingestion may be restarted, or be without Kafka for a while: live traffic waits. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private static final Duration NEWS = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** Events that fall due while the last ones are sent go together. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);

    private static final int MOST = 4_000;

    /** A generator keeps what it drew of a day: some 50 bytes an event. */
    private static final int MOST_PER_DAY = 5_000_000;

    private final Context context;

    @Option(
            names = "--per-day",
            defaultValue = "100000",
            description = "Events per day (default: ${DEFAULT-VALUE}, a little more than one per second).")
    private int perDay;

    @Option(
            names = "--population",
            defaultValue = "1000",
            description =
                    "The events per day that the entities are as many for: the history's (default: ${DEFAULT-VALUE}).")
    private int population;

    @Option(
            names = "--zero-labels",
            defaultValue = "0.01",
            description = "Share of the labels 0 that are sent: they go without saying (default: ${DEFAULT-VALUE}).")
    private double zeroLabels;

    LiveCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (perDay < 1 || perDay > MOST_PER_DAY) {
            throw new FeedException("--per-day: expected 1 to %,d, found %,d; for more, replay a file at --speed"
                    .formatted(MOST_PER_DAY, perDay));
        }
        FeedSettings settings = context.settings();
        UseCase useCase = context.useCase();
        Map<String, Object> generator = new HashMap<>(useCase.settings());
        generator.put(EventGenerator.POPULATION, population);
        Instant start = context.clock().instant();
        Live live = new Live(
                new Dispatches(useCase, zeroLabels),
                Generated.of(useCase, generator, perDay).from(start),
                new DueLabels(settings.state(), useCase.name()));
        Tally tally = new Tally();
        Progress progress = new Progress(context.out(), tally, NEWS);
        progress.say(
                "%,d events per day from %s on; %,d labels are due later".formatted(perDay, start, live.labels.size()));
        IngestionClient client = new IngestionClient(settings, PATIENCE, context.stop(), tally);
        try (Lanes lanes = new Lanes(client, Lanes.Arrivals.NOW)) {
            while (!context.stop().isRequested()
                    && live.step(lanes, context.clock().instant())) {
                progress.at(context.clock().instant());
                context.stop().pause(live.pause(context.clock().instant()));
            }
        }
        live.labels.compact();
        return progress.finish("Traffic since " + start);
    }

    /** What is still to come. */
    private static final class Live {
        private final Dispatches dispatches;
        private final Iterator<SourceEvent> events;
        private final DueLabels labels;
        private SourceEvent next;

        Live(Dispatches dispatches, Iterator<SourceEvent> events, DueLabels labels) {
            this.dispatches = dispatches;
            this.events = events;
            this.labels = labels;
            this.next = events.next();
        }

        /** Sends what is due; false when it was asked to end before all was taken. */
        boolean step(Lanes lanes, Instant now) {
            List<Dispatch> due = new ArrayList<>();
            List<Dispatch> later = new ArrayList<>();
            while (!next.time().isAfter(now) && due.size() < MOST) {
                due.add(dispatches.event(next, Duration.ZERO));
                dispatches.label(next).ifPresent(later::add);
                next = events.next();
            }
            if (!lanes.send(due)) {
                return false;
            }
            labels.add(later);
            return lanes.send(labels.due(now));
        }

        Duration pause(Instant now) {
            Instant label = labels.next().orElse(Instant.MAX);
            Instant until = next.time().isBefore(label) ? next.time() : label;
            if (until.isAfter(now.plus(LONGEST_PAUSE))) {
                return LONGEST_PAUSE;
            }
            Duration pause = Duration.between(now, until);
            return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
        }
    }
}
