package dev.millrace.prediction.drift;

import dev.millrace.forest.model.ModelPackage;
import dev.millrace.prediction.model.Alias;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Monitors for each version that has a baseline: of the vectors that it answered, and of the scores that it gave, answered or not.
 * Of the champions' vectors and of everyone's scores is told as gauges, which are there as long as the version takes part.
 */
public final class DriftMonitors implements MultiCollector {

    private static final double[] NO_VECTOR = {};

    private final FollowedModels models;
    private final Clock clock;
    private final Map<ModelPackage, Optional<Monitors>> monitors = new ConcurrentHashMap<>();

    /**
     * @param answered vectors and scores
     * @param scored scores alone, of all that the version was asked to score
     */
    private record Monitors(DriftMonitor answered, DriftMonitor scored) {}

    /** Who takes part, and what became of the scores that it gave. */
    record Version(ServedModel served, Alias alias, FeatureDrift score, long rows) {}

    public DriftMonitors(FollowedModels models, Clock clock) {
        this.models = models;
        this.clock = clock;
    }

    /** Counts what a version has answered; nothing when it has no baseline. */
    public void answered(ServedModel by, double[] vector, double score) {
        Optional<Monitors> found = of(by);
        if (found.isPresent()) {
            found.get().answered().observe(vector, score);
            found.get().scored().observe(NO_VECTOR, score);
        }
    }

    /** Counts what a version says that was only compared; nothing when it has no baseline. */
    public void compared(ServedModel by, double score) {
        of(by).ifPresent(found -> found.scored().observe(NO_VECTOR, score));
    }

    /** Nothing when the version has no baseline. */
    private Optional<Monitors> of(ServedModel served) {
        Optional<Monitors> known = monitors.get(served.model());
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
                        .map(baseline -> new Monitors(
                                new DriftMonitor(model.manifest().features(), baseline, clock),
                                new DriftMonitor(List.of(), baseline.ofScore(), clock))));
    }

    /** What the version has answered; nothing when it has no baseline. */
    Optional<DriftReport> report(ServedModel served) {
        return of(served).map(found -> found.answered().report());
    }

    /** All that have a baseline. */
    Stream<Version> versions() {
        return models.lineups()
                .flatMap(lineup -> Arrays.stream(Alias.values())
                        .flatMap(alias -> lineup.of(alias).stream()
                                .flatMap(served -> of(served).stream().map(found -> {
                                    DriftReport report = found.scored().report();
                                    return new Version(
                                            served, alias, report.features().getFirst(), report.rows());
                                }))));
    }

    @Override
    public MetricSnapshots collect() {
        Map<String, DriftReport> reports = new LinkedHashMap<>();
        models.served()
                .forEach(champion -> of(champion)
                        .ifPresent(found ->
                                reports.put(champion.name(), found.answered().report())));
        return MetricSnapshots.of(
                gauge(reports, "data_drift_score", "From 0, as in training, to 1", FeatureDrift::score),
                gauge(reports, "feature_psi", "Population stability index against training", FeatureDrift::psi),
                gauge(reports, "feature_missing_share", "Share of rows without a value", FeatureDrift::missing),
                gauge(
                        reports,
                        "feature_unknown_share",
                        "Share of rows with a value outside of all seen in training",
                        FeatureDrift::unknown),
                scores());
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

    private GaugeSnapshot scores() {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("score_drift_score")
                .help("Of all scores that a version gave, answered or not: from 0, as in training, to 1");
        versions()
                .forEach(version -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "model",
                                version.served().name(),
                                "model_version",
                                version.served().version(),
                                "alias",
                                version.alias().id()))
                        .value(version.score().score())
                        .build()));
        return gauge.build();
    }
}
