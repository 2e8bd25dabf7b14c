package dev.millrace.ingestion.feed;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Lines that say how far the feed is. */
final class Progress {
    private final PrintWriter out;
    private final Tally tally;
    private final long interval;
    private final long start = System.nanoTime();
    private long last = start;

    Progress(PrintWriter out, Tally tally, Duration interval) {
        this.out = out;
        this.tally = tally;
        this.interval = interval.toNanos();
    }

    /** Says something when the last time is long ago. */
    void at(Instant time) {
        if (System.nanoTime() - last >= interval) {
            last = System.nanoTime();
            say("%s: %s".formatted(time.truncatedTo(ChronoUnit.SECONDS), counts()));
        }
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    private String counts() {
        double seconds = (System.nanoTime() - start) / 1e9;
        return "%,d events and %,d labels sent, %,d refused; %,.0f s, %,.0f events/s"
                .formatted(
                        tally.acceptedEvents(),
                        tally.acceptedLabels(),
                        tally.refused(),
                        seconds,
                        tally.acceptedEvents() / seconds);
    }

    /** The last lines, and the exit code: 1 when something was sent and nothing of it was taken. */
    int finish(String what) {
        say(what + ": " + counts());
        if (tally.refused() > 0) {
            say("Refused: " + tally.refusals());
        }
        return tally.refused() > 0 && tally.acceptedEvents() == 0 ? 1 : 0;
    }
}
