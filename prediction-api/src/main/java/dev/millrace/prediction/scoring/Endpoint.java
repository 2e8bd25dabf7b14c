package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.feature.ResponseField;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.prediction.drift.DriftMonitors;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.FollowedModel;
import dev.millrace.prediction.model.Lineup;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.scoring.ScoringMetrics.Stage;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.prediction.web.Unavailable;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.web.RequestContext;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where requests of one model come in. What they are answered by changes with the version that is served. Thread-safe. */
final class Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);

    private final Serving local;
    private final FollowedModel model;
    private final Scorer predictions;
    private final Scorer rehearsals;
    private final Decisions decisions;
    private final DriftMonitors drift;
    private final Clock clock;
    private volatile Lines current;

    /** Where an answer goes. */
    @FunctionalInterface
    interface Reply {
        void write(byte[] json) throws IOException;
    }

    /** @param local as the service's own folder has it */
    Endpoint(
            CompiledModel local,
            ServeDefinition serve,
            PersonalData personal,
            FollowedModel model,
            Scorer predictions,
            Scorer rehearsals,
            Decisions decisions,
            DriftMonitors drift,
            Clock clock) {
        this.local = Serving.nothing(local, serve, personal);
        this.model = model;
        this.current = Lines.of(model.lineup(), this.local);
        this.predictions = predictions;
        this.rehearsals = rehearsals;
        this.decisions = decisions;
        this.drift = drift;
        this.clock = clock;
    }

    String name() {
        return local.compiled().name();
    }

    /** What a caller is told when neither a version nor the rule can answer. */
    Unavailable unanswered() {
        return lines().champion().served() == null
                ? new Unavailable(
                        Scorer.NO_MODEL,
                        "no version of %s is loaded, and its rule has no number for this".formatted(name()))
                : new Unavailable(
                        Scorer.NO_NUMBER, "no version of %s has a number for this, nor has its rule".formatted(name()));
    }

    /** Whose model it is. */
    String useCase() {
        return local.compiled().useCase().name();
    }

    /** As the service's own folder has it. */
    ServeDefinition serve() {
        return local.serve();
    }

    /** As the service's own folder has it. */
    EventType rows() {
        return local.compiled().rows();
    }

    /** As the version has it that answers now. */
    Tensors tensors() {
        return Tensors.of(lines().champion());
    }

    private Lines lines() {
        Lines last = current;
        Lineup lineup = model.lineup();
        if (last.lineup() == lineup) {
            return last;
        }
        Lines fresh = Lines.of(lineup, local);
        current = fresh;
        return fresh;
    }

    /**
     * Answers, and then keeps what was answered.
     *
     * @param explain how many contributions to say; 0 for no explanation
     * @return false when neither a model nor the rule can answer
     */
    boolean answer(byte[] body, RequestContext context, int explain, Reply reply) throws RequestException, IOException {
        long began = System.nanoTime();
        Lines lines = lines();
        Row row = row(lines, reader -> reader.read(body), 0, context.requestId(), context);
        Serving answering = row.answering();
        ScoringMetrics metrics = predictions.metrics();
        metrics.stage(Stage.PARSE, System.nanoTime() - began);
        Optional<Scored> found = predictions.score(answering, lines.insteadOf(answering), row.asked());
        if (found.isEmpty()) {
            return false;
        }
        Scored scored = found.get();
        metrics.answered(scored);
        Optional<Explanation> why = explained(scored, explain);
        long answered = System.nanoTime();
        reply.write(
                AnswerJson.bytes(answering.response(), scored.answer(), why, context.requestId(), answered - began));
        long written = System.nanoTime();
        metrics.stage(Stage.WRITE, written - answered);
        metrics.latency(name(), written - began);
        // The caller has its answer: what comes now costs it nothing.
        keep(scored, row.asked(), answering, lines);
        metrics.stage(Stage.KEEP, System.nanoTime() - written);
        return true;
    }

    /**
     * Answers many, each alone, in their order.
     *
     * @param later takes what is to be done once the caller has its answers: to keep them
     */
    List<Outcome> answerAll(List<JsonNode> rows, RequestContext context, int explain, List<Runnable> later) {
        Lines lines = lines();
        Outcome[] outcomes = new Outcome[rows.size()];
        List<Row> read = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            try {
                read.add(row(lines, rows.get(i), i, context));
            } catch (RequestException e) {
                outcomes[i] = new Outcome.Refused(e);
            }
        }
        List<Tried<Optional<Scored>>> found = score(lines, read);
        for (int i = 0; i < read.size(); i++) {
            Row row = read.get(i);
            outcomes[row.place()] = switch (found.get(i)) {
                case Tried.Refused<Optional<Scored>>(RequestException problem) -> new Outcome.Refused(problem);
                case Tried.Done<Optional<Scored>>(Optional<Scored> answer) ->
                    answer.<Outcome>map(scored -> {
                                predictions.metrics().answered(scored);
                                later.add(keeping(scored, row, lines));
                                return new Outcome.Answered(
                                        row.answering().response(),
                                        scored.answer(),
                                        explained(scored, explain),
                                        row.asked().requestId());
                            })
                            .orElseGet(Outcome.Unanswered::new);
            };
        }
        return List.of(outcomes);
    }

    /**
     * One request, perhaps of many.
     *
     * @param place among them, from 0
     * @param answering who is asked, and by whose rules it was read
     */
    private record Row(int place, Asked asked, Serving answering) {}

    private static Row row(Lines lines, JsonNode json, int place, RequestContext context) throws RequestException {
        return row(lines, reader -> reader.read(json), place, context.requestId() + '-' + place, context);
    }

    /** What the champion takes is answered: by itself where the challenger, who was trained on another kind of request, refuses. */
    private static Row row(Lines lines, Asked.Body body, int place, String requestId, RequestContext context)
            throws RequestException {
        Asked read = Asked.of(lines.champion(), body, requestId, context.traceParent());
        Serving answering = lines.answering(read);
        try {
            return new Row(place, read.as(answering), answering);
        } catch (RequestException e) {
            // It is counted when the versions are compared.
            return new Row(place, read, lines.champion());
        }
    }

    /** In the order of the rows; nothing for one that neither a model nor the rule can answer. */
    private List<Tried<Optional<Scored>>> score(Lines lines, List<Row> rows) {
        List<Tried<Optional<Scored>>> found =
                new ArrayList<>(Collections.nCopies(rows.size(), new Tried.Done<>(Optional.empty())));
        Map<Serving, List<Integer>> asked = IntStream.range(0, rows.size())
                .boxed()
                .collect(Collectors.groupingBy(i -> rows.get(i).answering()));
        asked.forEach((answering, own) -> {
            List<Tried<Optional<Scored>>> scored = predictions.scoreAll(
                    answering,
                    lines.insteadOf(answering),
                    own.stream().map(i -> rows.get(i).asked()).toList());
            for (int i = 0; i < own.size(); i++) {
                found.set(own.get(i), scored.get(i));
            }
        });
        return found;
    }

    /**
     * Answers a request of the Open Inference Protocol, in whichever form it came. Answers have no room for a bad row: one fails
     * the request, and then none of the others is counted or kept: nobody got their answers.
     *
     * @param later as of many requests
     * @return nothing when neither a model nor the rule can answer
     */
    Optional<Inferred> infer(JsonNode request, RequestContext context, List<Runnable> later) throws RequestException {
        Lines lines = lines();
        Tensors tensors = Tensors.of(lines.champion());
        List<ResponseField> outputs = tensors.outputs(request);
        List<Row> rows = new ArrayList<>();
        for (JsonNode row : tensors.rows(request)) {
            rows.add(row(lines, row, rows.size(), context));
        }
        List<Scored> found = new ArrayList<>();
        for (Tried<Optional<Scored>> tried : score(lines, rows)) {
            tried.orThrow().ifPresent(found::add);
        }
        if (found.size() < rows.size()) {
            return Optional.empty();
        }
        for (int i = 0; i < found.size(); i++) {
            Scored scored = found.get(i);
            Row row = rows.get(i);
            predictions.metrics().answered(scored);
            later.add(keeping(scored, row, lines));
        }
        return Optional.of(
                new Inferred(outputs, found.stream().map(Scored::answer).toList()));
    }

    /** What may come of one of many rows. */
    sealed interface Outcome {
        record Answered(List<ResponseField> fields, Answer answer, Optional<Explanation> why, String requestId)
                implements Outcome {}

        record Refused(RequestException problem) implements Outcome {}

        /** Neither a model nor the rule can answer. */
        record Unanswered() implements Outcome {}
    }

    /** Empty when nobody asks, and when no model answered. */
    private static Optional<Explanation> explained(Scored scored, int most) {
        ServedModel version = scored.version();
        if (most == 0 || version == null) {
            return Optional.empty();
        }
        Answer answer = scored.answer();
        try {
            return Optional.of(Explanation.of(version, answer, most));
        } catch (ModelFormatException e) {
            LOG.warn("{} of {} cannot be explained: {}", answer.origin().version(), answer.model(), e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Scorer.Compared> other(Serving other, Asked asked, Scored scored) {
        try {
            return predictions.other(other, asked.as(other), scored);
        } catch (RequestException e) {
            predictions.metrics().notCompared(name(), other.origin(), e.code());
            return Optional.empty();
        }
    }

    /** Of one row of many: whatever becomes of it, the others are kept. */
    private Runnable keeping(Scored scored, Row row, Lines lines) {
        return () -> {
            try {
                keep(scored, row.asked(), row.answering(), lines);
            } catch (RuntimeException e) {
                LOG.error("an answer of {} was not kept", name(), e);
            }
        };
    }

    /** @param answering who was asked: it has answered, or gave no number */
    private void keep(Scored scored, Asked asked, Serving answering, Lines lines) {
        List<OtherScore> others = new ArrayList<>();
        for (Serving other : lines.others(answering)) {
            ServedModel compared = other.served();
            if (compared != null && other != scored.by()) {
                other(other, asked, scored).ifPresent(found -> {
                    others.add(found.said());
                    if (found.seen().hasFeatures()) {
                        drift.compared(compared, found.said().verdict().score());
                    }
                });
            }
        }
        Answer answer = scored.answer();
        ServedModel version = scored.version();
        if (version != null && answer.evidence().hasFeatures()) {
            drift.answered(version, answer.evidence().vector(), answer.verdict().score());
        }
        decisions.add(new Decision(
                answer, asked.requestId(), asked.traceParent(), asked.request().id(), clock.instant(), others));
    }

    /** An answer that nobody learns of. */
    boolean rehearse(byte[] body, RequestContext context, Reply reply) throws RequestException, IOException {
        Serving serving = lines().champion();
        Optional<Scored> scored = rehearsals.score(
                serving,
                List.of(),
                Asked.of(serving, reader -> reader.read(body), context.requestId(), context.traceParent()));
        if (scored.isPresent()) {
            reply.write(AnswerJson.bytes(
                    serving.response(), scored.get().answer(), Optional.empty(), context.requestId(), 0));
        }
        return scored.isPresent();
    }

    /**
     * Goes through the motions of an answer without a model; a request that breaks a rule ends early.
     *
     * @return whether features were read
     */
    boolean rehearseWithoutModel(byte[] body) throws RequestException {
        Evidence evidence = rehearsals.evidence(local, Asked.of(local, reader -> reader.read(body), "warm-up", ""));
        ModelDefinition definition = local.compiled().model().definition();
        double[] zeros = new double[definition.outputs().size()];
        Verdict nothing = Verdict.of(definition.classes(), definition.estimates(), zeros, 1);
        Answer answer = Answer.withoutModel(name(), nothing, evidence);
        var unused = AnswerJson.bytes(local.response(), answer, Optional.empty(), "warm-up", 0);
        return evidence.hasFeatures();
    }
}
