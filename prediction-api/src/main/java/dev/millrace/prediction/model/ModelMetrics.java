package dev.millrace.prediction.model;

import io.micrometer.core.instrument.Counter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is counted of the models themselves. */
public final class ModelMetrics {

    private final PrometheusMeterRegistry meters;
    private final Info versions;
    private final Map<Place, String> versionOf = new ConcurrentHashMap<>();

    public ModelMetrics(PrometheusMeterRegistry meters) {
        this.meters = meters;
        // Micrometer cannot write this name: it takes the ending _info off a gauge's.
        this.versions = Info.builder()
                .name("model_version_info")
                .help("1 for each version that is served")
                .labelNames("model", "version", "alias")
                .register(meters.getPrometheusRegistry());
    }

    void loaded(ServedModel model, Alias alias) {
        counter(model.name(), "success").increment();
        String former = versionOf.put(new Place(model.name(), alias), model.version());
        if (former != null) {
            versions.remove(model.name(), former, alias.id());
        }
        versions.addLabelValues(model.name(), model.version(), alias.id());
    }

    /** Nothing has the alias any more. */
    void withdrawn(ServedModel former, Alias alias) {
        versionOf.remove(new Place(former.name(), alias));
        versions.remove(former.name(), former.version(), alias.id());
    }

    private record Place(String model, Alias alias) {}

    void failed(String model, String code) {
        counter(model, code).increment();
    }

    private Counter counter(String model, String result) {
        return Counter.builder("model_loads_total")
                .description("Attempts to load a version: success, or the code of what went wrong")
                .tags("model", model, "result", result)
                .register(meters);
    }
}
