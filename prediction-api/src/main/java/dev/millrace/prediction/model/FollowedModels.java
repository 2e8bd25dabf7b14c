package dev.millrace.prediction.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The followers of all models: started from disk before the first request, then asking the registry at an interval. */
public final class FollowedModels implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedModels.class);

    private final List<ModelFollower> followers;
    private final Duration interval;
    private @Nullable ScheduledExecutorService thread;

    public FollowedModels(List<ModelFollower> followers, Duration interval) {
        this.followers = List.copyOf(followers);
        this.interval = interval;
    }

    /** The model by its name, if it is loaded. */
    public Optional<ServedModel> served(String model) {
        return followers.stream()
                .filter(follower -> follower.model().equals(model))
                .findFirst()
                .flatMap(ModelFollower::served);
    }

    public List<ServedModel> served() {
        return followers.stream()
                .flatMap(follower -> follower.served().stream())
                .toList();
    }

    /** What is wrong with any of them. */
    public List<Reason> troubles() {
        return followers.stream().flatMap(FollowedModels::troubles).toList();
    }

    private static Stream<Reason> troubles(ModelFollower follower) {
        Optional<Reason> trouble = follower.trouble();
        return trouble.isEmpty() && follower.served().isEmpty()
                ? Stream.of(
                        new Reason("model-loading", "the first version of " + follower.model() + " is not loaded yet"))
                : trouble.stream();
    }

    @Override
    public synchronized void start() {
        followers.forEach(ModelFollower::startFromCache);
        ScheduledExecutorService fresh = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("model-follower").daemon().factory());
        var unused = fresh.scheduleWithFixedDelay(this::followAll, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        thread = fresh;
    }

    /** A failure that nobody foresaw must not end the following. */
    private void followAll() {
        for (ModelFollower follower : followers) {
            try {
                follower.follow();
            } catch (RuntimeException e) {
                LOG.error("following {} failed; it goes on at the next turn", follower.model(), e);
            }
        }
    }

    @Override
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdownNow();
            thread = null;
        }
    }

    /** Before the web server starts, and after it has stopped. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}
