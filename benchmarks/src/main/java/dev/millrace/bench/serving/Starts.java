package dev.millrace.bench.serving;

import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.StartupCache;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long the service takes until it is ready, with what an earlier start has left behind, too.
 *
 * @param caches an empty folder
 */
record Starts(Platform platform, Path caches, Figures figures, Progress progress) {
    private static final int STARTS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    void measure() {
        JavaCommand plain = MeasuredService.command();
        figures.add(Figure.plain("ready_s_without_cache", medianSeconds(plain), "s"));
        StartupCache cache = new StartupCache(caches, Platform.PREDICTION, plain);
        if (!cache.isPossible()) {
            progress.say("      no start with a cache: the JDK makes none of folders, and there is one in "
                    + plain.classPath());
            return;
        }
        progress.say("      making a cache of what a start loads");
        readySeconds(cache.warmed());
        cache.make();
        await(cache);
        figures.add(Figure.atMost("ready_s", medianSeconds(cache.warmed()), "s", 3));
    }

    private void await(StartupCache cache) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (cache.warmed().flags().stream().noneMatch(flag -> flag.startsWith("-XX:AOTCache="))) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("Expected a cache in " + caches + " within " + PATIENCE);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        }
    }

    private double medianSeconds(JavaCommand command) {
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            seconds.add(readySeconds(command));
        }
        return seconds.stream().sorted().toList().get(STARTS / 2);
    }

    private double readySeconds(JavaCommand command) {
        try (MeasuredService service = MeasuredService.start(platform, command)) {
            return service.untilReady().toMillis() / 1e3;
        }
    }
}
