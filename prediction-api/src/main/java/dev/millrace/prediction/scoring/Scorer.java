package dev.millrace.prediction.scoring;

import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.state.Block;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.features.Reading;
import dev.millrace.prediction.features.StoreUnavailableException;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores requests, by the best way that is open: on fresh features; without the store, on what the package says
 * to use then; without a model, by the use case's rule.
 */
public final class Scorer {

    private static final Logger LOG = LoggerFactory.getLogger(Scorer.class);

    static final String UNAVAILABLE = "features-unavailable";
    static final String LATE = "features-late";
    static final String NOT_COMPLETE = "not-complete";
    static final String NOT_IDENTIFIED = "event-not-identified";
    static final String READ_IN_PAST = "read-in-past";
    static final String NO_MODEL = "no-model";

    private static final double RULE_THRESHOLD = 0.5;

    private final OnlineFeatures features;
    private final Duration fresh;
    private final Clock clock;
    private final ScoringMetrics metrics;

    /** @param fresh how far features may lag behind the moment of asking and still be called complete */
    public Scorer(OnlineFeatures features, Duration fresh, Clock clock, ScoringMetrics metrics) {
        this.features = features;
        this.fresh = fresh;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Empty when neither a model nor the rule can answer. */
    Optional<Answer> score(Serving serving, ScoringRequest request, String requestId) {
        ServedModel served = serving.served();
        if (served != null) {
            Evidence evidence = evidence(serving, request, requestId);
            float score = served.model().score(evidence.vector());
            if (Float.isFinite(score)) {
                return Optional.of(answer(request, evidence, served, score));
            }
            LOG.error("{} of {} gave {} for a vector", served.version(), served.name(), score);
        }
        return rule(serving.compiled(), request);
    }

    /**
     * What is computed before the model: also run to warm up, when there is no model yet.
     *
     * @param requestId an event without an id counts under it
     */
    Evidence evidence(Serving serving, ScoringRequest request, String requestId) {
        Model model = serving.compiled().model();
        EventType rows = serving.compiled().rows();
        long wall = clock.millis();
        long began = System.nanoTime();
        try {
            Reading reading = features.read(serving.compiled(), request.fields()::get);
            Long time = request.time();
            long at = time == null ? reading.progress().clock(wall) : time;
            Values row = request.row(rows.timeField(), at);
            List<String> reasons = new ArrayList<>();
            if (time == null || request.id() == null && model.countsCurrent()) {
                reasons.add(NOT_IDENTIFIED);
            }
            List<@Nullable Block> blocks =
                    blocks(serving.compiled(), reading, new SourceRecord(id(request, requestId), at, 0, row), reasons);
            metrics.stored(System.nanoTime() - began);
            long computing = System.nanoTime();
            double[] vector = model.vector(row, blocks, at, request.replaced());
            metrics.vector(System.nanoTime() - computing);
            OptionalLong asOf = serving.freshness().asOf(reading);
            if (asOf.isEmpty() || reading.lacksEvents()) {
                reasons.add(NOT_COMPLETE);
            } else if (asOf.getAsLong() < at - fresh.toMillis()) {
                reasons.add(LATE);
            }
            boolean complete = !reasons.contains(NOT_COMPLETE) && !reasons.contains(LATE);
            return new Evidence(vector, at, asOf, complete, reasons, read(reading));
        } catch (StoreUnavailableException e) {
            long at = request.time() == null ? wall : request.time();
            ServedModel served = serving.served();
            List<Double> defaults = served == null
                    ? model.features().stream().map(name -> Double.NaN).toList()
                    : served.model().manifest().defaults();
            double[] vector =
                    model.vectorWithoutStore(request.row(rows.timeField(), at), at, request.replaced(), defaults);
            return new Evidence(vector, at, OptionalLong.empty(), false, List.of(UNAVAILABLE), List.of());
        }
    }

    /** An event that lacks its time cannot be found again by its id. */
    private static String id(ScoringRequest request, String requestId) {
        return request.id() == null || request.time() == null ? requestId : request.id();
    }

    /** The blocks read, each with the event being scored where its type feeds it. */
    private static List<@Nullable Block> blocks(
            CompiledModel compiled, Reading reading, SourceRecord event, List<String> reasons) {
        Model model = compiled.model();
        Source source = new Source.Events(compiled.rows().name());
        List<@Nullable Block> blocks = new ArrayList<>();
        boolean past = false;
        for (Reading.Bound bound : reading.records()) {
            OnlineRecord found = bound.record();
            Block block = found == null ? null : found.block();
            View view = bound.binding().view();
            if (block != null) {
                past |= !view.answers(block, event.time());
                // A row may read an entity that its own event does not feed: the other team's, say.
                if (model.countsCurrent()
                        && !view.isSequential()
                        && view.source().equals(source)) {
                    view.feed(event).stream()
                            .filter(fed -> fed.key().equals(bound.entity()))
                            .forEach(fed -> block.fold(fed.event()));
                }
            }
            blocks.add(block);
        }
        if (past) {
            reasons.add(READ_IN_PAST);
        }
        return blocks;
    }

    private static List<Evidence.Read> read(Reading reading) {
        List<Evidence.Read> read = new ArrayList<>();
        for (Reading.Bound bound : reading.records()) {
            if (bound.entity() != null && bound.record() != null) {
                read.add(new Evidence.Read(
                        bound.binding().name(), bound.entity(), bound.record().offsets()));
            }
        }
        return read;
    }

    private Answer answer(ScoringRequest request, Evidence evidence, ServedModel served, float score) {
        boolean decision = score >= served.model().manifest().threshold();
        if (evidence.reasons().contains(UNAVAILABLE)) {
            metrics.fallback(UNAVAILABLE);
        }
        metrics.answered(served.name(), served.version(), decision ? "1" : "0", score);
        return new Answer(
                served.name(),
                served.version(),
                served.model().manifest().definitionsDigest(),
                // Through its shortest text: the double that prints like the float.
                Double.parseDouble(Float.toString(score)),
                decision,
                evidence,
                request.replaced().keySet().stream().sorted().toList());
    }

    private Optional<Answer> rule(CompiledModel compiled, ScoringRequest request) {
        Model model = compiled.model();
        long at = request.time() == null ? clock.millis() : request.time();
        Optional<Double> score = model.fallback(request.row(compiled.rows().timeField(), at));
        if (score.isEmpty()) {
            metrics.unanswered(model.name());
            return Optional.empty();
        }
        metrics.fallback(NO_MODEL);
        metrics.answered(model.name(), Answer.NO_VERSION, "fallback", score.get());
        return Optional.of(Answer.withoutModel(
                model.name(), score.get(), score.get() >= RULE_THRESHOLD, Evidence.none(at, NO_MODEL)));
    }
}
