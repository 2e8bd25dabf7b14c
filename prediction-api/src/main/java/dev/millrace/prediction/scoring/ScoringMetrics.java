package dev.millrace.prediction.scoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What is counted and timed of predictions. */
public final class ScoringMetrics {

    private static final Duration[] LATENCIES = {
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1)
    };
    private static final double[] SCORES = {0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1};
    private static final double[] DIFFERENCES = {0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1};
    private static final Duration[] COMPUTATIONS = {
        Duration.ofNanos(10_000),
        Duration.ofNanos(50_000),
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofNanos(750_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(15),
        Duration.ofMillis(20),
        Duration.ofMillis(50)
    };

    /** Reasons that say that something was not to be had. */
    private static final Set<String> WITHOUT =
            Set.of(EvidenceReader.UNAVAILABLE, Scorer.PREVIOUS_MODEL, Scorer.NO_NUMBER, Scorer.NO_MODEL);

    private final MeterRegistry meters;
    private final Timer stored;
    private final Timer vector;
    private final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);
    private final Map<Outcome, Counter> predictions = new ConcurrentHashMap<>();
    private final Map<String, Counter> fallbacks = new ConcurrentHashMap<>();
    private final Map<String, DistributionSummary> scores = new ConcurrentHashMap<>();
    private final Map<String, Timer> latencies = new ConcurrentHashMap<>();
    private final Map<Compared, Comparison> comparisons = new ConcurrentHashMap<>();

    /** What an answer takes beside its features, in order. */
    enum Stage {
        /** The body. */
        PARSE,
        /** The trees. */
        INFERENCE,
        /** The answer, into the connection. */
        WRITE,
        /** Other versions, and the decision log's queue. */
        KEEP
    }

    private record Outcome(String model, String version, String result) {}

    private record Compared(String model, String version, String alias) {}

    private record Comparison(Counter agrees, Counter differs, DistributionSummary difference) {}

    public ScoringMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.stored = computation("stored", "Reading stored features and adding the event to them");
        this.vector = computation("vector", "Windows, ratios and other derived features");
        for (Stage stage : Stage.values()) {
            stages.put(
                    stage,
                    Timer.builder("prediction_stage")
                            .description("What an answer takes beside its features")
                            .tag("stage", stage.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    private Timer computation(String type, String description) {
        return Timer.builder("feature_computation")
                .description(description)
                .tag("feature_type", type)
                .serviceLevelObjectives(COMPUTATIONS)
                .register(meters);
    }

    void stage(Stage stage, long nanos) {
        Timer timer = stages.get(stage);
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    void stored(long nanos) {
        stored.record(nanos, TimeUnit.NANOSECONDS);
    }

    void vector(long nanos) {
        vector.record(nanos, TimeUnit.NANOSECONDS);
    }

    private void fallback(String reason) {
        fallbacks
                .computeIfAbsent(
                        reason,
                        code -> Counter.builder("fallbacks_total")
                                .description("Answers that had to do without something")
                                .tag("reason", code)
                                .register(meters))
                .increment();
    }

    /** What a caller gets; what it had to do without is counted as well. */
    void answered(Scored scored) {
        Answer answer = scored.answer();
        Verdict verdict = answer.verdict();
        String model = answer.model();
        count(model, answer.origin().version(), scored.by() == null ? "fallback" : verdict.text());
        for (String reason : answer.evidence().reasons()) {
            if (WITHOUT.contains(reason)) {
                fallback(reason);
            }
        }
        scores.computeIfAbsent(
                        model,
                        name -> DistributionSummary.builder("prediction_score")
                                .description("Scores that were answered")
                                .tag("model", name)
                                .serviceLevelObjectives(SCORES)
                                .register(meters))
                .record(verdict.score());
    }

    /**
     * What another version said of what was answered.
     *
     * @param difference of its score from the answer's
     */
    void compared(String model, Origin other, boolean agrees, double difference) {
        Comparison comparison = comparisons.computeIfAbsent(
                new Compared(model, other.version(), other.alias()), key -> comparison(tags(model, other)));
        (agrees ? comparison.agrees() : comparison.differs()).increment();
        comparison.difference().record(Math.abs(difference));
    }

    /** The other version could not see what was asked, or gave no number. */
    void notCompared(String model, Origin other, String code) {
        Counter.builder("compared_scores_missing_total")
                .description("Requests that a version that did not answer refuses, or has no number for, by the code")
                .tags(tags(model, other).and("code", code))
                .register(meters)
                .increment();
    }

    private Comparison comparison(Tags tags) {
        return new Comparison(
                compared(tags, true),
                compared(tags, false),
                DistributionSummary.builder("compared_score_difference")
                        .description("How far the scores of versions that did not answer are from the answer's")
                        .tags(tags)
                        .serviceLevelObjectives(DIFFERENCES)
                        .register(meters));
    }

    private Counter compared(Tags tags, boolean agrees) {
        return Counter.builder("compared_scores_total")
                .description("Scores of versions that did not answer, by whether they would have decided alike")
                .tags(tags.and("agrees", Boolean.toString(agrees)))
                .register(meters);
    }

    private static Tags tags(String model, Origin origin) {
        return Tags.of("model", model, "model_version", origin.version(), "alias", origin.alias());
    }

    /** Neither a model nor a rule could answer. */
    void unanswered(String model) {
        count(model, Origin.RULE.version(), "error");
    }

    private void count(String model, String version, String result) {
        predictions
                .computeIfAbsent(
                        new Outcome(model, version, result),
                        key -> Counter.builder("predictions_total")
                                .description("Predictions by what came out")
                                .tags("model", model, "model_version", version, "result", result)
                                .register(meters))
                .increment();
    }

    /** How long a caller waited, without the network. */
    public void latency(String model, long nanos) {
        latencies
                .computeIfAbsent(
                        model,
                        name -> Timer.builder("prediction_latency")
                                .description("From the request's last byte read to the answer's first byte written")
                                .tag("model", name)
                                .serviceLevelObjectives(LATENCIES)
                                .register(meters))
                .record(nanos, TimeUnit.NANOSECONDS);
    }
}
