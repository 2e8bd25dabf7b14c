package dev.millrace.prediction.model;

import dev.millrace.prediction.start.Once;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The followers of all models: started from disk before the first request, then asking the registry at an interval. */
public final class FollowedModels implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedModels.class);

    private final List<FollowedModel> models;
    private final Duration interval;
    private final Once fromCache;
    private @Nullable ScheduledExecutorService thread;

    public FollowedModels(List<FollowedModel> models, Duration interval) {
        this.models = List.copyOf(models);
        this.interval = interval;
        this.fromCache = new Once(() -> this.models.forEach(FollowedModel::startFromCache));
    }

    /** The model by its name: one that this service knows. */
    public FollowedModel model(String name) {
        return models.stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is no model of this service"));
    }

    /** The champion that is loaded, if one is. */
    public Optional<ServedModel> served(String model) {
        return model(model).lineup().champion();
    }

    /** All champions that are loaded. */
    public List<ServedModel> served() {
        return models.stream()
                .flatMap(model -> model.lineup().champion().stream())
                .toList();
    }

    public Stream<Lineup> lineups() {
        return models.stream().map(FollowedModel::lineup);
    }

    /** What is wrong with any of them, each once. */
    public List<Reason> troubles() {
        return models.stream()
                .flatMap(model -> model.troubles().stream())
                .distinct()
                .toList();
    }

    /**
     * Looks at once, and waits for the end of it.
     *
     * @throws TimeoutException when it takes longer than that; it goes on nevertheless
     */
    public void look(Duration longest) throws TimeoutException, InterruptedException {
        ScheduledExecutorService running;
        synchronized (this) {
            running = thread;
        }
        if (running == null) {
            throw new IllegalStateException("models are not followed: the service starts or stops");
        }
        try {
            running.submit(this::followAll).get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("looking at the registry failed", e.getCause());
        }
    }

    /** Serves what lies on disk, unless that has been done. */
    public void startFromCache() {
        fromCache.run();
    }

    @Override
    public synchronized void start() {
        startFromCache();
        ScheduledExecutorService fresh = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("model-follower").daemon().factory());
        var unused = fresh.scheduleWithFixedDelay(this::followAll, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        thread = fresh;
    }

    /** A failure that nobody foresaw must not end the following. */
    private void followAll() {
        for (FollowedModel model : models) {
            try {
                model.follow();
            } catch (RuntimeException e) {
                LOG.error("following {} failed; it goes on at the next turn", model.name(), e);
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
