package dev.millrace.prediction.scoring;

import dev.millrace.feature.Model;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ShortestDecimal;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.ModelDefinition;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores requests, by the best way that is open: on fresh features; without the store, on what the package says
 * to use then; without a model, by the use case's rule.
 */
final class Scorer {

    private static final Logger LOG = LoggerFactory.getLogger(Scorer.class);

    static final String NO_MODEL = "no-model";
    static final String PREVIOUS_MODEL = "previous-model";

    /** There is a model, but neither it nor any that could have stepped in gave a number. */
    static final String NO_NUMBER = "no-number";

    private static final double RULE_THRESHOLD = 0.5;

    private final EvidenceReader evidence;
    private final Clock clock;
    private final ScoringMetrics metrics;

    /** @param fresh how far features may lag behind the moment of asking and still be called complete */
    Scorer(OnlineFeatures features, Duration fresh, Clock clock, ScoringMetrics metrics) {
        this.evidence = new EvidenceReader(features, fresh, clock, metrics);
        this.clock = clock;
        this.metrics = metrics;
    }

    ScoringMetrics metrics() {
        return metrics;
    }

    /**
     * The best answer that can be had.
     *
     * @param asked as that version reads it
     * @param instead who answers when it gives no number: the first that does
     * @return empty when neither a model nor the rule can answer
     * @throws RequestException when the event counts in a feature that cannot take it
     */
    Optional<Scored> score(Serving serving, List<Serving> instead, Asked asked) throws RequestException {
        ServedModel served = serving.served();
        return served == null
                ? rule(serving.compiled(), asked.request(), NO_MODEL)
                : score(serving, served, instead, asked, evidence.of(serving, asked));
    }

    /** The same of many, whose features are read at once. */
    List<Tried<Optional<Scored>>> scoreAll(Serving serving, List<Serving> instead, List<Asked> all) {
        List<Tried<Optional<Scored>>> answers = new ArrayList<>(all.size());
        ServedModel served = serving.served();
        if (served == null) {
            all.forEach(asked -> answers.add(new Tried.Done<>(rule(serving.compiled(), asked.request(), NO_MODEL))));
            return answers;
        }
        List<Tried<Evidence>> found = evidence.ofAll(serving, all);
        for (int i = 0; i < all.size(); i++) {
            answers.add(
                    switch (found.get(i)) {
                        case Tried.Done<Evidence>(Evidence seen) ->
                            new Tried.Done<>(score(serving, served, instead, all.get(i), seen));
                        case Tried.Refused<Evidence>(RequestException problem) -> new Tried.Refused<>(problem);
                    });
        }
        return answers;
    }

    private Optional<Scored> score(
            Serving serving, ServedModel served, List<Serving> instead, Asked asked, Evidence found) {
        Optional<Scored> scored = byModel(serving, served, asked, found);
        if (scored.isPresent()) {
            return scored;
        }
        for (Serving other : instead) {
            Optional<Scored> stepsIn = stepsIn(other, asked, serving, found);
            if (stepsIn.isPresent()) {
                return stepsIn.map(answer -> answer.because(PREVIOUS_MODEL));
            }
        }
        return rule(serving.compiled(), asked.request(), NO_NUMBER);
    }

    /** @param found what the version sees that gave no number */
    private Optional<Scored> stepsIn(Serving other, Asked asked, Serving serving, Evidence found) {
        ServedModel served = other.served();
        if (served == null) {
            return Optional.empty();
        }
        try {
            Asked same = asked.as(other);
            return byModel(other, served, same, seen(other, same, serving, found));
        } catch (RequestException e) {
            // It was trained on another kind of request, or its features cannot take this one.
            return Optional.empty();
        }
    }

    /**
     * What a version sees of a request for which another has found something: what is read a second time may be waited for a second
     * time, and another moment may have come.
     */
    private Evidence seen(Serving other, Asked asked, Serving by, Evidence found) throws RequestException {
        if (!found.hasFeatures()) {
            return evidence.without(other, asked);
        }
        return other.seesTheSameAs(by) ? found : evidence.of(other, asked);
    }

    /** Empty when the model gives no number. */
    private Optional<Scored> byModel(Serving serving, ServedModel served, Asked asked, Evidence found) {
        long began = System.nanoTime();
        Optional<Verdict> verdict = verdict(served, found.vector());
        metrics.stage(ScoringMetrics.Stage.INFERENCE, System.nanoTime() - began);
        if (verdict.isEmpty()) {
            LOG.error("{} of {} gave no number for a vector", served.version(), served.name());
            return Optional.empty();
        }
        Answer answer = new Answer(
                served.name(),
                serving.origin(),
                verdict.get(),
                found,
                List.copyOf(new TreeSet<>(asked.request().replaced().keySet())));
        return Optional.of(new Scored(answer, serving));
    }

    /** What is computed before the model: to warm up, when there is no model yet. */
    Evidence evidence(Serving serving, Asked asked) throws RequestException {
        return evidence.of(serving, asked);
    }

    /**
     * What a version that did not answer says; nothing when that is no number.
     *
     * @param other one with a version
     * @param asked as that version reads it
     * @throws RequestException when the event counts in a feature of that version that cannot take it
     */
    Optional<Compared> other(Serving other, Asked asked, Scored scored) throws RequestException {
        Answer answered = scored.answer();
        Serving by = scored.by();
        Evidence seen = by == null ? evidence.of(other, asked) : seen(other, asked, by, answered.evidence());
        ServedModel served = other.served();
        if (served == null) {
            throw new IllegalArgumentException(
                    "there is no version of " + other.compiled().name() + " to compare with");
        }
        Optional<Verdict> found = verdict(served, seen.vector());
        if (found.isEmpty()) {
            metrics.notCompared(served.name(), other.origin(), "no-number");
            return Optional.empty();
        }
        Verdict verdict = found.get();
        metrics.compared(
                served.name(),
                other.origin(),
                verdict.text().equals(answered.verdict().text()),
                verdict.difference(answered.verdict()));
        return Optional.of(new Compared(new OtherScore(other.origin(), verdict), seen));
    }

    /**
     * What a version that did not answer says.
     *
     * @param seen what it rests on
     */
    record Compared(OtherScore said, Evidence seen) {}

    /** Empty when the model gives no number. */
    private static Optional<Verdict> verdict(ServedModel served, double[] vector) {
        float[] scores = served.model().scores(vector);
        double[] outputs = new double[scores.length];
        for (int i = 0; i < outputs.length; i++) {
            if (!Float.isFinite(scores[i])) {
                return Optional.empty();
            }
            outputs[i] = ShortestDecimal.of(scores[i]);
        }
        ModelManifest manifest = served.model().manifest();
        return Optional.of(Verdict.of(manifest.classes(), manifest.estimates(), outputs, manifest.threshold()));
    }

    /** @param reason why no model answers */
    private Optional<Scored> rule(CompiledModel compiled, ScoringRequest request, String reason) {
        Model model = compiled.model();
        long at = request.time() == null ? clock.millis() : request.time();
        Optional<double[]> outputs = model.fallback(request.row(compiled.rows().timeField(), at));
        if (outputs.isEmpty()) {
            metrics.unanswered(model.name());
            return Optional.empty();
        }
        ModelDefinition definition = model.definition();
        Verdict verdict = Verdict.of(definition.classes(), definition.estimates(), outputs.get(), RULE_THRESHOLD);
        return Optional.of(Scored.byRule(Answer.withoutModel(model.name(), verdict, Evidence.none(at, reason))));
    }
}
