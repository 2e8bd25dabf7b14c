package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.generator.SourceEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterators;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The rows of a file, each with its own time. */
@Command(
        name = "replay",
        description = {
            "Sends the rows of a CSV file as events that arrived in their time, and the labels that fall due meanwhile.",
            "The use case's mappings say how a row becomes an event."
        },
        mixinStandardHelpOptions = true)
final class FileCommand implements Callable<Integer> {
    /** With a speed, how often something is sent. */
    private static final Duration TICK = Duration.ofMillis(250);

    private final Context context;

    @Parameters(paramLabel = "FILE", description = "CSV with a header, plain or gzipped, in the order of its times.")
    private Path file = Path.of("");

    @Option(
            names = "--speed",
            paramLabel = "X",
            description = "How many times faster than it happened (default: as fast as it goes).")
    private double speed;

    @Option(names = "--skip", defaultValue = "0", description = "Rows at the beginning that were sent before.")
    private long skip;

    @Option(names = "--limit", defaultValue = "0", description = "Rows to send after those (default: all).")
    private long limit;

    @Option(
            names = "--zero-labels",
            defaultValue = "0.01",
            description = "Share of the labels 0 that are sent: they go without saying (default: ${DEFAULT-VALUE}).")
    private double zeroLabels;

    @Option(names = "--all-labels", description = "In the end send also the labels that fall due after the last event.")
    private boolean allLabels;

    @Option(names = "--repeat-share", defaultValue = "0", description = "Share of the events that are sent twice.")
    private double repeatShare;

    @Option(names = "--late-share", defaultValue = "0", description = "Share of the events that come out of order.")
    private double lateShare;

    @Option(names = "--broken-share", defaultValue = "0", description = "Broken events sent besides, per event.")
    private double brokenShare;

    @Option(names = "--seed", defaultValue = "1", description = "Of the choice which (default: ${DEFAULT-VALUE}).")
    private long seed;

    FileCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (speed < 0 || skip < 0 || limit < 0) {
            throw new FeedException("--speed, --skip and --limit: expected no negative numbers, found " + speed + ", "
                    + skip + ", " + limit);
        }
        FeedSettings settings = context.settings();
        UseCase useCase = context.useCase();
        Disturbance disturbance = new Disturbance(repeatShare, lateShare, brokenShare, seed);
        Tally tally = new Tally();
        Progress progress = new Progress(context.out(), tally, HistoryCommand.NEWS);
        IngestionClient client = new IngestionClient(settings, HistoryCommand.PATIENCE, context.stop(), tally);
        try (CsvFile csv = new CsvFile(file, useCase);
                Lanes lanes = new Lanes(client, Lanes.Arrivals.STATED)) {
            progress.say("Reading %s by the mapping '%s'".formatted(file, csv.mappingName()));
            Timeline timeline = new Timeline(rows(csv.events()), new Dispatches(useCase, zeroLabels), csv.lag());
            timeline.skip(skip);
            boolean complete = send(timeline, lanes, disturbance, progress) && lanes.send(disturbance.rest());
            List<Dispatch> remaining = timeline.remainingLabels();
            if (complete && allLabels) {
                complete = lanes.send(remaining);
            } else {
                progress.say("%,d labels are due after the last event and were not sent".formatted(remaining.size()));
            }
            if (repeatShare + lateShare + brokenShare > 0) {
                progress.say(disturbance.counts());
            }
            return progress.finish(complete ? "Replayed" : "Stopped");
        }
    }

    private Iterator<SourceEvent> rows(Iterator<SourceEvent> events) {
        return limit == 0
                ? events
                : StreamSupport.stream(Spliterators.spliteratorUnknownSize(events, 0), false)
                        .limit(skip + limit)
                        .iterator();
    }

    private boolean send(Timeline timeline, Lanes lanes, Disturbance disturbance, Progress progress) {
        Duration width = width();
        long start = System.nanoTime();
        Instant first = null;
        for (Optional<Slice> next = timeline.next(width, HistoryCommand.MOST);
                next.isPresent();
                next = timeline.next(width, HistoryCommand.MOST)) {
            Slice slice = next.get();
            first = first == null ? slice.from() : first;
            if (speed > 0) {
                long due = (long) (Duration.between(first, slice.to()).toMillis() / speed * 1e6);
                context.stop().pause(Duration.ofNanos(Math.max(0, start + due - System.nanoTime())));
            }
            if (context.stop().isRequested()
                    || !lanes.send(
                            new Slice(slice.from(), slice.to(), disturbance.of(slice.events()), slice.labels()))) {
                return false;
            }
            progress.at(slice.to());
        }
        return true;
    }

    private Duration width() {
        if (speed == 0) {
            return HistoryCommand.WIDTH;
        }
        Duration tick = Duration.ofMillis(Math.max(1, (long) (TICK.toMillis() * speed)));
        return tick.compareTo(HistoryCommand.WIDTH) < 0 ? tick : HistoryCommand.WIDTH;
    }
}
