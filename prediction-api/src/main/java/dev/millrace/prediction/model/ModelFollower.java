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
import java.util.stream.Stream;
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

    /** What is wrong when the last good version cannot be read from disk, or not be written there. */
    static final String CACHE = "model-cache";

    /** What is wrong when opening a version failed in a way that nobody foresaw. */
    static final String FAILED = "model-failed";

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

    /** Opened, and not served as the stream does not keep what it reads: only that is asked again. */
    private @Nullable Warm waiting;

    /** What is to be on disk and is not yet. */
    private @Nullable PackageFiles toKeep;

    /** A version in memory, and the files that it was opened from where they are to be on disk: of a champion. */
    private record Warm(ServedModel opened, @Nullable PackageFiles files) {}

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
            trouble(new Reason(CACHE, "the last good version of " + model + " cannot be read from disk: " + e));
        } catch (ModelFormatException e) {
            trouble(new Reason(
                    e.code().id(), "the last good version of " + model + " on disk is broken: " + e.getMessage()));
        } catch (RuntimeException e) {
            trouble(unforeseen("the last good version on disk", e));
        }
    }

    /**
     * Looks whether the alias names another version than the served one, and serves it then. A champion that is not on disk yet
     * is written there.
     */
    public synchronized void follow() {
        Optional<Reason> following = look();
        Optional<Reason> keeping = keep();
        following.or(() -> keeping).ifPresentOrElse(this::trouble, () -> trouble = null);
    }

    private Optional<Reason> look() {
        try {
            Optional<RegisteredVersion> named = registry.version(model, alias);
            if (named.isPresent()) {
                return follow(named.get());
            }
            if (alias == Alias.CHAMPION) {
                return Optional.of(new Reason(
                        ModelRegistry.NO_CHAMPION,
                        "expected a version of %s with the alias champion, but the registry has none: promote one"
                                .formatted(model)));
            }
            withdraw();
            return Optional.empty();
        } catch (RegistryException e) {
            return Optional.of(new Reason(e.code().id(), String.valueOf(e.getMessage())));
        } catch (ModelFormatException e) {
            return Optional.of(
                    new Reason(e.code().id(), "the " + alias.id() + " of " + model + " is refused: " + e.getMessage()));
        } catch (RuntimeException e) {
            // Other models, and other versions of this one, are followed all the same.
            return Optional.of(unforeseen("the " + alias.id(), e));
        }
    }

    private Reason unforeseen(String what, RuntimeException failure) {
        return new Reason(FAILED, "%s of %s cannot be opened: %s".formatted(what, model, failure));
    }

    /** Says why the named version is not served. */
    private Optional<Reason> follow(RegisteredVersion named) throws RegistryException, ModelFormatException {
        if (waiting != null && !waiting.opened().registered().equals(named)) {
            waiting = null;
        }
        ServedModel current = served.get();
        if (current != null && current.registered().equals(named)) {
            return Optional.empty();
        }
        Optional<Warm> known = Stream.concat(warm.stream(), Stream.ofNullable(waiting))
                .filter(version -> version.opened().registered().equals(named))
                .findFirst();
        Warm fresh = known.isPresent() ? known.get() : load(named);
        List<View> missing = views.missing(fresh.opened().compiled());
        waiting = missing.isEmpty() ? null : fresh;
        if (!missing.isEmpty()) {
            return Optional.of(new Reason(VIEWS_NOT_KEPT, notKept(fresh.opened(), missing)));
        }
        serve(fresh, known.isPresent() ? "still in memory" : "read from the registry");
        // A start without the registry needs the champion.
        toKeep = fresh.files();
        return Optional.empty();
    }

    private Warm load(RegisteredVersion named) throws RegistryException, ModelFormatException {
        PackageFiles files = PackageFiles.read(named, (path, most) -> registry.file(named, path, most));
        return new Warm(files.open(local), alias == Alias.CHAMPION ? files : null);
    }

    /** Says why what is to be on disk is not: it is tried again at the next look. */
    private Optional<Reason> keep() {
        PackageFiles files = toKeep;
        if (files == null) {
            return Optional.empty();
        }
        try {
            cache.keep(model, files);
            toKeep = null;
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(new Reason(
                    CACHE,
                    "version %s of %s cannot be kept on disk, and a start without the registry would serve the one before: %s"
                            .formatted(files.version().version(), model, e)));
        } catch (ModelFormatException e) {
            return Optional.of(new Reason(
                    e.code().id(), "the champion of " + model + " cannot be kept on disk: " + e.getMessage()));
        }
    }

    /** Nothing has this alias any more. */
    private void withdraw() {
        waiting = null;
        ServedModel former = served.getAndSet(null);
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
    private void trouble(Reason fresh) {
        metrics.failed(model, fresh.code());
        if (!fresh.equals(trouble)) {
            LOG.warn(
                    "{}: {}; {}",
                    fresh.code(),
                    fresh.detail(),
                    served.get() == null ? "no version is served" : "the served one stays");
        }
        trouble = fresh;
    }
}
