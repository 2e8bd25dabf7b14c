package dev.millrace.prediction.drift;

import dev.millrace.forest.model.ModelPackage;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.RequestException;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * A monitor for each version that has a baseline, and what is told of the champions' ones: as gauges, which are there as long
 * as the version is champion, and to people.
 */
public final class DriftMonitors implements MultiCollector {

    private final FollowedModels models;
    private final Clock clock;
    private final Map<ModelPackage, Optional<DriftMonitor>> monitors = new ConcurrentHashMap<>();

    public DriftMonitors(FollowedModels models, Clock clock) {
        this.models = models;
        this.clock = clock;
    }

    /** Counts what a version has answered; nothing when it has no baseline. */
    public void observe(ServedModel by, double[] vector, double score) {
        Optional<DriftMonitor> known = monitors.get(by.model());
        (known == null ? of(by) : known).ifPresent(monitor -> monitor.observe(vector, score));
    }

    /** Of a version; nothing when it has no baseline. */
    public Optional<DriftMonitor> of(ServedModel served) {
        Optional<DriftMonitor> known = monitors.get(served.model());
        if (known != null) {
            return known;
        }
        // A new version is when an old one may have gone.
        Set<ModelPackage> taking = models.lineups()
                .flatMap(lineup -> lineup.everyone().map(ServedModel::model))
                .collect(Collectors.toSet());
        monitors.keySet().retainAll(taking);
        return monitors.computeIfAbsent(
                served.model(),
                model -> model.manifest()
                        .drift()
                        .map(baseline -> new DriftMonitor(model.manifest().features(), baseline, clock)));
    }

    @Override
    public MetricSnapshots collect() {
        Map<String, DriftReport> reports = new LinkedHashMap<>();
        models.served()
                .forEach(champion -> of(champion).ifPresent(monitor -> reports.put(champion.name(), monitor.report())));
        return MetricSnapshots.of(
                gauge(reports, "data_drift_score", "From 0, as in training, to 1", FeatureDrift::score),
                gauge(reports, "feature_psi", "Population stability index against training", FeatureDrift::psi),
                gauge(reports, "feature_missing_share", "Share of rows without a value", FeatureDrift::missing),
                gauge(
                        reports,
                        "feature_unknown_share",
                        "Share of rows with a value outside of all seen in training",
                        FeatureDrift::unknown));
    }

    private static GaugeSnapshot gauge(
            Map<String, DriftReport> reports, String name, String help, ToDoubleFunction<FeatureDrift> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        reports.forEach((model, report) -> report.features()
                .forEach(feature -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(Labels.of("model", model, "feature", feature.feature()))
                        .value(value.applyAsDouble(feature))
                        .build())));
        return gauge.build();
    }

    /** {@code GET /v1/models/{model}/drift}. */
    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/v1/models/{model}/drift", request -> answer(request.pathVariable("model")))
                .build();
    }

    private ServerResponse answer(String model) {
        Optional<ServedModel> champion = models.served().stream()
                .filter(served -> served.name().equals(model))
                .findFirst();
        Optional<DriftReport> report = champion.flatMap(this::of).map(DriftMonitor::report);
        if (champion.isEmpty() || report.isEmpty()) {
            return Json.problem(RequestException.unknown(
                    "no-drift-baseline",
                    "expected a loaded champion of '%s' whose package has a drift baseline: train it again"
                            .formatted(model)));
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", model);
        json.put("model_version", champion.get().version());
        json.put("rows", report.get().rows());
        json.put("baseline_rows", report.get().baselineRows());
        Map<String, Object> features = new LinkedHashMap<>();
        report.get().features().forEach(feature -> features.put(feature.feature(), json(feature)));
        json.put("features", features);
        return Json.ok(json);
    }

    private static Map<String, @Nullable Object> json(FeatureDrift feature) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("psi", known(feature.psi()));
        json.put("score", known(feature.score()));
        json.put("missing", known(feature.missing()));
        json.put("unknown", known(feature.unknown()));
        json.put("bins", feature.bins());
        return json;
    }

    private static @Nullable Double known(double value) {
        return Double.isNaN(value) ? null : (Double) value;
    }
}
