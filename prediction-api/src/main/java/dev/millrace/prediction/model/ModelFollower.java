package dev.millrace.prediction.model;

import dev.millrace.feature.View;
import dev.millrace.forest.ModelFormatException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the champion of one model. A version replaces the served one in one step, and only after its digest, signature and
 * golden rows have held and it is warm; whatever goes wrong, the served one stays.
 */
public final class ModelFollower {

    private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);

    /** What is wrong with a version whose features the stream does not keep. */
    static final String VIEWS_NOT_KEPT = "views-not-kept";

    private final String model;
    private final CompiledModel local;
    private final KeptViews views;
    private final ModelRegistry registry;
    private final ModelCache cache;
    private final ModelMetrics metrics;
    private final AtomicReference<@Nullable ServedModel> served = new AtomicReference<>();
    private volatile @Nullable Reason trouble;

    /** @param local the model as the service's own folder defines it */
    public ModelFollower(
            CompiledModel local, KeptViews views, ModelRegistry registry, ModelCache cache, ModelMetrics metrics) {
        this.model = local.name();
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

    /** What is wrong with following the champion, or nothing. */
    public Optional<Reason> trouble() {
        return Optional.ofNullable(trouble);
    }

    /**
     * Serves the last good version from disk, if there is one: the registry may be away when the service starts. What the
     * stream keeps is not asked: where it has gone on to other views, answers that say that they are not complete are better
     * than none.
     */
    public void startFromCache() {
        try {
            Optional<PackageFiles> last = cache.last(model);
            if (last.isPresent()) {
                serve(last.get().open(local), "from disk");
            }
        } catch (IOException e) {
            trouble("model-cache", "the last good version of " + model + " cannot be read from disk: " + e);
        } catch (ModelFormatException e) {
            trouble(e.code().id(), "the last good version of " + model + " on disk is broken: " + e.getMessage());
        }
    }

    /** Looks whether the champion is another version than the served one, and serves it then. */
    public void follow() {
        try {
            RegisteredVersion champion = registry.champion(model);
            ServedModel current = served.get();
            if (current == null || !current.registered().equals(champion)) {
                load(champion);
            } else {
                trouble = null;
            }
        } catch (RegistryException e) {
            trouble(e.code().id(), String.valueOf(e.getMessage()));
        } catch (ModelFormatException e) {
            trouble(e.code().id(), "the champion of " + model + " is refused: " + e.getMessage());
        }
    }

    private void load(RegisteredVersion champion) throws RegistryException, ModelFormatException {
        PackageFiles files = PackageFiles.read(champion, path -> registry.file(champion, path));
        ServedModel opened = files.open(local);
        List<View> missing = views.missing(opened.compiled());
        if (!missing.isEmpty()) {
            trouble(VIEWS_NOT_KEPT, notKept(opened, missing));
            return;
        }
        serve(opened, "from the registry");
        trouble = null;
        try {
            cache.keep(model, files);
        } catch (IOException e) {
            LOG.warn("cannot keep {} on disk: without it, a start needs the registry: {}", model, e.toString());
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

    private void serve(ServedModel fresh, String from) {
        ServedModel former = served.getAndSet(fresh);
        metrics.loaded(fresh);
        String instead = former == null ? "" : " instead of " + former.version();
        LOG.info("serving {} {}{}, read {}", model, fresh.version(), instead, from);
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
