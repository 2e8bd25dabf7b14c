package dev.millrace.prediction.accuracy;

import dev.millrace.schema.definition.ModelDefinition.Kind;
import dev.millrace.schema.definition.UseCase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * {@code model_accuracy}: how well each version ranked the events whose truth is known by now, looked up from time to time on a
 * thread of its own. While the database is away the gauges stay as they are.
 */
public final class ModelAccuracy implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ModelAccuracy.class);

    private final List<KnownAnswers> models;
    private final AccuracySettings settings;
    private final Clock clock;
    private final MultiGauge gauge;
    private final Map<String, Map<String, Double>> last = new ConcurrentHashMap<>();
    private final Set<String> failing = new HashSet<>();
    private @Nullable ScheduledExecutorService thread;

    public ModelAccuracy(
            List<UseCase> useCases, DataSource database, AccuracySettings settings, Clock clock, MeterRegistry meters) {
        this.models = useCases.stream()
                .flatMap(useCase -> useCase.models().stream()
                        .filter(model -> model.kind() == Kind.BINARY)
                        .map(model -> new KnownAnswers(database, useCase, model)))
                .toList();
        this.settings = settings;
        this.clock = clock;
        this.gauge = MultiGauge.builder("model_accuracy")
                .description("AUC of the last window of answers whose truth is known")
                .register(meters);
    }

    /** Looks once. Not at the same time as another look. */
    void look() {
        models.forEach(this::look);
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        last.forEach((model, versions) -> versions.keySet()
                .forEach(version -> rows.add(MultiGauge.Row.of(
                        Tags.of("model", model, "model_version", version), () -> auc(model, version)))));
        // Gauges that are there already stay: whoever reads while one takes another's place would see both.
        gauge.register(rows, false);
    }

    private double auc(String model, String version) {
        return last.getOrDefault(model, Map.of()).getOrDefault(version, Double.NaN);
    }

    /** One use case's tables may not be there yet while another's are. */
    private void look(KnownAnswers model) {
        try {
            last.put(model.name(), model.auc(clock.instant(), settings.window()));
            failing.remove(model.name());
        } catch (SQLException e) {
            // Said once, until it works again.
            if (failing.add(model.name())) {
                LOG.warn(
                        "model_accuracy of {} stays as it is: the answers and their truth cannot be read: {}",
                        model.name(),
                        e.toString());
            }
        }
    }

    /** A failure that nobody foresaw must not end the looking. */
    private void lookAgain() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("looking up model_accuracy failed; it goes on at the next turn", e);
        }
    }

    @Override
    public synchronized void start() {
        ScheduledExecutorService fresh = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("model-accuracy").daemon().factory());
        var unused = fresh.scheduleWithFixedDelay(
                this::lookAgain, settings.every().toMillis(), settings.every().toMillis(), TimeUnit.MILLISECONDS);
        thread = fresh;
    }

    @Override
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdownNow();
            thread = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}
