package dev.millrace.prediction.model;

import dev.millrace.prediction.start.Once;
import dev.millrace.prediction.start.RepeatedTask;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The followers of all models: started from disk before the first request, then asking the registry at an interval. */
public final class FollowedModels extends RepeatedTask {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedModels.class);

    private final List<FollowedModel> models;
    private final Once fromCache;

    public FollowedModels(List<FollowedModel> models, Duration interval) {
        super("model-follower", Duration.ZERO, interval);
        this.models = List.copyOf(models);
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
        now(longest);
    }

    /** Serves what lies on disk, unless that has been done. */
    public void startFromCache() {
        fromCache.run();
    }

    @Override
    public synchronized void start() {
        startFromCache();
        super.start();
    }

    /** That one cannot be followed must not keep the others from it. */
    @Override
    protected void turn() {
        for (FollowedModel model : models) {
            try {
                model.follow();
            } catch (RuntimeException | Error e) {
                LOG.error("following {} failed; it goes on at the next turn", model.name(), e);
            }
        }
    }

    /** Before the web server starts, and after it has stopped. */
    @Override
    public int getPhase() {
        return 0;
    }
}
