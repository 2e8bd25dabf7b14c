package dev.millrace.prediction.accuracy;

import dev.millrace.prediction.start.RepeatedTask;
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
import java.util.function.ToDoubleFunction;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code model_accuracy} and {@code model_average_precision}: how well each version ranked the events whose truth is known by now, looked up from time to time on a
 * thread of its own. While the database is away the gauges stay as they are.
 */
public final class ModelAccuracy extends RepeatedTask {

    private static final Logger LOG = LoggerFactory.getLogger(ModelAccuracy.class);

    private final List<KnownAnswers> models;
    private final AccuracySettings settings;
    private final Clock clock;
    private final MultiGauge auc;
    private final MultiGauge averagePrecision;
    private final Map<String, Map<String, Ranking>> last = new ConcurrentHashMap<>();
    private final Set<String> failing = new HashSet<>();

    public ModelAccuracy(
            List<UseCase> useCases, DataSource database, AccuracySettings settings, Clock clock, MeterRegistry meters) {
        super("model-accuracy", settings.every(), settings.every());
        this.models = useCases.stream()
                .flatMap(useCase -> useCase.models().stream()
                        .filter(model -> model.kind() == Kind.BINARY)
                        .map(model -> new KnownAnswers(database, useCase, model)))
                .toList();
        this.settings = settings;
        this.clock = clock;
        this.auc = MultiGauge.builder("model_accuracy")
                .description("AUC of the last window of answers whose truth is known")
                .register(meters);
        this.averagePrecision = MultiGauge.builder("model_average_precision")
                .description("Average precision of the same answers")
                .register(meters);
    }

    @Override
    protected void turn() {
        models.forEach(this::look);
        tell(auc, Ranking::auc);
        tell(averagePrecision, Ranking::averagePrecision);
    }

    private void tell(MultiGauge gauge, ToDoubleFunction<Ranking> figure) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        last.forEach((model, versions) -> versions.keySet()
                .forEach(version -> rows.add(MultiGauge.Row.of(
                        Tags.of("model", model, "model_version", version),
                        () -> figure.applyAsDouble(ranking(model, version))))));
        // Gauges that are there already stay: whoever reads while one takes another's place would see both.
        gauge.register(rows, false);
    }

    private Ranking ranking(String model, String version) {
        return last.getOrDefault(model, Map.of()).getOrDefault(version, Ranking.UNKNOWN);
    }

    /** One use case's tables may not be there yet while another's are. */
    private void look(KnownAnswers model) {
        try {
            last.put(model.name(), model.rankings(clock.instant(), settings.window()));
            failing.remove(model.name());
        } catch (SQLException e) {
            // Said once, until it works again.
            if (failing.add(model.name())) {
                LOG.warn(
                        "model_accuracy and model_average_precision of {} stay as they are: the answers and their truth cannot be read: {}",
                        model.name(),
                        e.toString());
            }
        }
    }
}
