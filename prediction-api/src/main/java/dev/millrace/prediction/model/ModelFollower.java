package dev.millrace.prediction.model;

import dev.millrace.feature.View;
import dev.millrace.forest.ModelFormatException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one alias of one model. A version replaces the served one in one step, and only after its digest, signature and
 * golden rows have held and it is warm; whatever goes wrong, the served one stays. The versions before it stay warm, so that
 * going back takes no download.
 */
public final class ModelFollower {

    private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);

    /** What is wrong with a version whose features the stream does not keep. */
    static final String VIEWS_NOT_KEPT = "views-not-kept";

    /** Versions that stay in memory, the served one included. */
    private static final int KEPT = 3;

    private final String model;
    private final Alias alias;
    private final CompiledModel local;
    private final KeptViews views;
    private final ModelRegistry registry;
    private final ModelCache cache;
    private final ModelMetrics metrics;
    private final AtomicReference<@Nullable ServedModel> served = new AtomicReference<>();
    private final Deque<Warm> warm = new ArrayDeque<>();
    private volatile @Nullable Reason trouble;

    /** A version in memory, and the files that it was opened from. */
    private record Warm(ServedModel opened, PackageFiles files) {}

    /** @param local the model as the service's own folder defines it */
    public ModelFollower(
            Alias alias,
            CompiledModel local,
            KeptViews views,
            ModelRegistry registry,
            ModelCache cache,
            ModelMetrics metrics) {
        this.model = local.name();
        this.alias = alias;
        this.local = local;
        this.views = views;
        this.registry = registry;
        this.cache = cache;
        this.metrics = metrics;
    }

    public String model() {
        return model;
    }

    public Optional<ServedModel> served() {
        return Optional.ofNullable(served.get());
    }

    /** What was served before, if it is still in memory. */
    synchronized Optional<ServedModel> previous() {
        return warm.stream().skip(1).findFirst().map(Warm::opened);
    }

    /** What is wrong with following the alias, or nothing. */
    public Optional<Reason> trouble() {
        return Optional.ofNullable(trouble);
    }

    /**
     * Serves the last good version from disk, if there is one: the registry may be away when the service starts. What the
     * stream keeps is not asked: where it has gone on to other views, answers that say that they are not complete are better
     * than none.
     */
    public synchronized void startFromCache() {
        try {
            Optional<PackageFiles> last = cache.last(model);
            if (last.isPresent()) {
                serve(new Warm(last.get().open(local), last.get()), "read from disk");
            }
        } catch (IOException e) {
            trouble("model-cache", "the last good version of " + model + " cannot be read from disk: " + e);
        } catch (ModelFormatException e) {
            trouble(e.code().id(), "the last good version of " + model + " on disk is broken: " + e.getMessage());
        }
    }

    /** Looks whether the alias names another version than the served one, and serves it then. */
    public synchronized void follow() {
        try {
            Optional<RegisteredVersion> named = registry.version(model, alias);
            if (named.isPresent()) {
                follow(named.get());
            } else if (alias == Alias.CHAMPION) {
                trouble(
                        ModelRegistry.NO_CHAMPION,
                        "expected a version of %s with the alias champion, but the registry has none: promote one"
                                .formatted(model));
            } else {
                withdraw();
            }
        } catch (RegistryException e) {
            trouble(e.code().id(), String.valueOf(e.getMessage()));
        } catch (ModelFormatException e) {
            trouble(e.code().id(), "the " + alias.id() + " of " + model + " is refused: " + e.getMessage());
        }
    }

    private void follow(RegisteredVersion named) throws RegistryException, ModelFormatException {
        ServedModel current = served.get();
        if (current != null && current.registered().equals(named)) {
            trouble = null;
            return;
        }
        Optional<Warm> known = warm.stream()
                .filter(version -> version.opened().registered().equals(named))
                .findFirst();
        Warm fresh = known.isPresent() ? known.get() : load(named);
        List<View> missing = views.missing(fresh.opened().compiled());
        if (!missing.isEmpty()) {
            trouble(VIEWS_NOT_KEPT, notKept(fresh.opened(), missing));
            return;
        }
        serve(fresh, known.isPresent() ? "still in memory" : "read from the registry");
        trouble = null;
        if (alias == Alias.CHAMPION) {
            keep(fresh.files());
        }
    }

    private Warm load(RegisteredVersion named) throws RegistryException, ModelFormatException {
        PackageFiles files = PackageFiles.read(named, path -> registry.file(named, path));
        return new Warm(files.open(local), files);
    }

    /** A champion is needed when the service starts without the registry. */
    private void keep(PackageFiles files) throws ModelFormatException {
        try {
            cache.keep(model, files);
        } catch (IOException e) {
            LOG.warn("cannot keep {} on disk: without it, a start needs the registry: {}", model, e.toString());
        }
    }

    /** Nothing has this alias any more. */
    private void withdraw() {
        ServedModel former = served.getAndSet(null);
        trouble = null;
        if (former != null) {
            metrics.withdrawn(former, alias);
            LOG.info("{} {} is no {} any more", model, former.version(), alias.id());
        }
    }

    private static String notKept(ServedModel opened, List<View> missing) {
        return "%s of %s is not served: it reads %s, which the stream does not keep so; backfill with the definitions that it was"
                        .formatted(
                                opened.version(),
                                opened.name(),
                                missing.stream()
                                        .map(view ->
                                                "the view %s in the version %s".formatted(view.name(), view.version()))
                                        .collect(Collectors.joining(" and ")))
                + " trained under, or give a changed view another name and keep this one until " + opened.version()
                + " is retired";
    }

    private void serve(Warm fresh, String from) {
        ServedModel former = served.getAndSet(fresh.opened());
        warm.remove(fresh);
        warm.addFirst(fresh);
        while (warm.size() > KEPT) {
            warm.removeLast();
        }
        metrics.loaded(fresh.opened(), alias);
        String instead = former == null ? "" : " instead of " + former.version();
        LOG.info("{} of {} is {}{}, {}", alias.id(), model, fresh.opened().version(), instead, from);
    }

    /** Counts every failure, and logs each once until it changes. */
    private void trouble(String code, String detail) {
        metrics.failed(model, code);
        Reason fresh = new Reason(code, detail);
        if (!fresh.equals(trouble)) {
            LOG.warn(
                    "{}: {}; {}", code, detail, served.get() == null ? "no version is served" : "the served one stays");
        }
        trouble = fresh;
    }
}
