package dev.millrace.local.up;

import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.up.Supervisor.Started;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts again what dies while the platform is up, and says so. What uses the dead one reconnects by itself; only what dies, too,
 * waits until those are back that were started before it, because it may need them to start.
 */
final class Restarts {
    private static final Duration WHILE = Duration.ofMinutes(5);

    /** That many deaths of one process within {@link #WHILE} are mended; with one more it is given up. */
    private static final int MENDED = 3;

    /** Before the second start, twice that before the third: what the dead one held may not be free at once. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Supervisor supervisor;
    private final Progress progress;
    private final Clock clock;
    private final Map<String, Deque<Instant>> deaths = new HashMap<>();
    private final Map<String, Way> underWay = new HashMap<>();

    /** How far one is on its way back. */
    private sealed interface Way {}

    /** It is dead, and to be started from then on. */
    private record Due(Instant from) implements Way {}

    /** It was started then, and is not ready yet. */
    private record Starting(Instant since) implements Way {}

    /** It stays dead, and the others go on. */
    private record GivenUp() implements Way {}

    Restarts(Supervisor supervisor, Progress progress, Clock clock) {
        this.supervisor = supervisor;
        this.progress = progress;
        this.clock = clock;
    }

    /**
     * Does what is to be done now, and does not wait for anything to become ready.
     *
     * @throws LocalStackException when one that others use dies again and again
     */
    void look() {
        Instant now = clock.instant();
        List<Started> staying = supervisor.staying();
        for (Started one : staying) {
            Work.Start work = one.work();
            if (work == null) {
                continue;
            }
            if (one.process().isAlive()) {
                if (underWay.get(work.name()) instanceof Starting starting) {
                    settle(work, one, starting, now);
                }
                continue;
            }
            switch (underWay.get(work.name())) {
                case null -> died(work, one, now);
                case Starting again -> died(work, one, now);
                case Due due -> {
                    if (!now.isBefore(due.from()) && earlierAreBack(one, staying)) {
                        start(work, one, now);
                    }
                }
                case GivenUp forGood -> {}
            }
        }
    }

    private boolean earlierAreBack(Started one, List<Started> staying) {
        return staying.stream()
                .filter(other -> other.stage() < one.stage())
                .noneMatch(other -> other.work() != null
                        && serves(other.work())
                        && (!other.process().isAlive()
                                || underWay.containsKey(other.work().name())));
    }

    /** Without a port nobody uses it: live traffic is such a one. */
    private static boolean serves(Work.Start work) {
        return work.port() > 0;
    }

    private void died(Work.Start work, Started one, Instant now) {
        one.process().endLeftBehind();
        failed(work, Supervisor.obituary(one.process()), now);
    }

    private void start(Work.Start work, Started dead, Instant now) {
        try {
            supervisor.replace(dead, work.process().get());
        } catch (LocalStackException | UncheckedIOException e) {
            failed(work, "%s cannot be started: %s".formatted(work.name(), e.getMessage()), now);
            return;
        }
        underWay.put(work.name(), new Starting(now));
    }

    private void settle(Work.Start work, Started one, Starting starting, Instant now) {
        Duration taken = Duration.between(starting.since(), now);
        if (work.ready().holds()) {
            underWay.remove(work.name());
            progress.say("%s is up again after %d s (pid %d)"
                    .formatted(work.name(), taken.toSeconds(), one.process().pid()));
        } else if (taken.compareTo(work.patience()) > 0) {
            // It may still come: that it lives and does not answer is for a person to judge.
            underWay.remove(work.name());
            progress.say("%s (pid %d) is not ready %d s after its new start.%n%s"
                    .formatted(
                            work.name(),
                            one.process().pid(),
                            taken.toSeconds(),
                            one.process().logTail()));
        }
    }

    private void failed(Work.Start work, String what, Instant now) {
        String name = work.name();
        Deque<Instant> recent = deaths.computeIfAbsent(name, any -> new ArrayDeque<>());
        recent.removeIf(death -> death.isBefore(now.minus(WHILE)));
        recent.add(now);
        int count = recent.size();
        if (count > MENDED) {
            String end = "%s%n%s was started again %d times within %d minutes, and is given up"
                    .formatted(what, name, MENDED, WHILE.toMinutes());
            if (serves(work)) {
                throw new LocalStackException(end);
            }
            underWay.put(name, new GivenUp());
            progress.say(end + "; everything else goes on");
            return;
        }
        underWay.put(name, new Due(now.plus(PAUSE.multipliedBy(count - 1))));
        progress.say("%s%nStarting %s again".formatted(what, name));
    }
}
