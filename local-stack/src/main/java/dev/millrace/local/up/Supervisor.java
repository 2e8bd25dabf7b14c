package dev.millrace.local.up;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.Pause;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Goes through steps, watches the processes that stay, and stops them all in reverse order. On the way up a process that dies is an
 * error; later it is started again.
 */
public final class Supervisor implements AutoCloseable {
    private static final Duration NEWS = Duration.ofSeconds(5);
    private static final int LINE = 110;

    private final Progress progress;
    private final Consumer<List<State.Entry>> changed;
    private final List<Started> started = new ArrayList<>();
    private final Clock clock;
    private int stage;
    private boolean closed;

    /**
     * A process of ours.
     *
     * @param stage the how manieth step started it: it may need what an earlier one started
     * @param work how to start it again; null for one that runs to its end
     */
    record Started(RunningProcess process, int stage, Work.@Nullable Start work) {
        boolean stays() {
            return work != null;
        }
    }

    /** {@code changed} is told of the processes that stay, whenever there is a new one. */
    public Supervisor(Progress progress, Consumer<List<State.Entry>> changed) {
        this(progress, changed, Clock.systemUTC());
    }

    Supervisor(Progress progress, Consumer<List<State.Entry>> changed, Clock clock) {
        this.progress = progress;
        this.changed = changed;
        this.clock = clock;
    }

    public void run(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            long start = System.nanoTime();
            progress.step(i + 1, steps.size(), step.title());
            run(step, start);
            progress.done(System.nanoTime() - start);
        }
    }

    /** Starts again what dies. Returns when closed; fails when a process that should stay dies again and again. */
    public void watch() {
        var restarts = new Restarts(this, progress, clock);
        while (!isClosed()) {
            restarts.look();
            Pause.millis(300);
        }
    }

    /** Stops everything, the newest first. Afterwards nothing can be started. */
    @Override
    public void close() {
        List<Started> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(started).reversed();
            started.clear();
        }
        for (Started one : all) {
            if (one.process().isAlive()) {
                progress.say("Stopping " + one.process().spec().name());
                one.process().stop();
            }
        }
    }

    private void run(Step step, long start) {
        synchronized (this) {
            stage++;
        }
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("step-", 0).factory());
        var works = new ExecutorCompletionService<Void>(threads);
        step.works()
                .forEach(work -> works.submit(() -> {
                    perform(work);
                    return null;
                }));
        long news = System.nanoTime();
        try {
            for (int open = step.works().size(); open > 0; ) {
                Future<Void> done = works.poll(200, TimeUnit.MILLISECONDS);
                if (done != null) {
                    done.get();
                    open--;
                }
                failWhenOneDied();
                if (System.nanoTime() - news > NEWS.toNanos()) {
                    news = System.nanoTime();
                    progress.note("… %d s%s".formatted((news - start) / 1_000_000_000, latest()));
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LocalStackException known
                    ? known
                    : new LocalStackException(step.title() + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted during: " + step.title(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private void perform(Work work) {
        switch (work) {
            case Work.Start start -> {
                RunningProcess process = launch(start.process().get(), start);
                process.awaitReady(start.ready(), start.patience());
            }
            case Work.Once once -> once(once);
            case Work.Until until -> await(until);
        }
    }

    private void once(Work.Once once) {
        if (Files.exists(once.marker())) {
            progress.note(once.name() + ": done before");
            return;
        }
        RunningProcess process = launch(once.process().get(), null);
        int code = process.await();
        synchronized (this) {
            started.removeIf(one -> one.process() == process);
        }
        if (code != 0) {
            throw new LocalStackException(
                    "%s failed with exit code %d.%n%s".formatted(once.name(), code, process.logTail()));
        }
        try {
            Folders.madeFor(once.marker());
            Files.writeString(once.marker(), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(Work.Until until) {
        long end = System.nanoTime() + until.patience().toNanos();
        while (!until.condition().holds()) {
            if (System.nanoTime() > end) {
                throw new LocalStackException("%s: not so after %d s. The logs may say why: see ./millrace status"
                        .formatted(until.name(), until.patience().toSeconds()));
            }
            Pause.millis(200);
        }
    }

    private synchronized RunningProcess launch(ProcessSpec spec, Work.@Nullable Start work) {
        if (closed) {
            throw new LocalStackException("Stopping: " + spec.name() + " is not started any more");
        }
        RunningProcess process = Spawner.start(spec);
        started.add(new Started(process, stage, work));
        changed.accept(entries());
        return process;
    }

    /** Starts a process in the place of a dead one; nothing when closed. */
    synchronized void replace(Started dead, ProcessSpec spec) {
        int place = started.indexOf(dead);
        if (place >= 0) {
            started.set(place, new Started(Spawner.start(spec), dead.stage(), dead.work()));
            changed.accept(entries());
        }
    }

    /** Those that stay, in the order in which they were first started. */
    synchronized List<Started> staying() {
        return started.stream().filter(Started::stays).toList();
    }

    /** One that stays, by its name. */
    public synchronized Optional<RunningProcess> process(String name) {
        return started.stream()
                .filter(Started::stays)
                .map(Started::process)
                .filter(process -> process.spec().name().equals(name))
                .findFirst();
    }

    private synchronized List<State.Entry> entries() {
        return started.stream()
                .flatMap(one -> Stream.ofNullable(one.work())
                        .map(work -> new State.Entry(
                                one.process().spec().name(), one.process().pid(), work.port())))
                .toList();
    }

    /** Whether it is stopping or has stopped. */
    public synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void failWhenOneDied() {
        Optional<Started> dead = started.stream()
                .filter(one -> one.stays() && !one.process().isAlive())
                .findFirst();
        if (dead.isPresent() && !closed) {
            throw new LocalStackException(obituary(dead.get().process()));
        }
    }

    /** Who died, how, and the end of its log. */
    static String obituary(RunningProcess process) {
        return "%s died (exit code %d).%n%s"
                .formatted(process.spec().name(), process.exitCode().orElse(-1), process.logTail());
    }

    // The last line of what runs to its end: that is where the waiting is.
    private synchronized String latest() {
        return started.stream()
                .filter(one -> !one.stays())
                .flatMap(one -> one.process().lastLines(1).stream())
                .findFirst()
                .map(line -> ": " + (line.length() > LINE ? line.substring(0, LINE) + "…" : line))
                .orElse("");
    }
}
