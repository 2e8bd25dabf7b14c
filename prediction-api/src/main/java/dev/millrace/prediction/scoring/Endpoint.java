package dev.millrace.prediction.scoring;

import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.time.Clock;
import java.util.Optional;

/** Where requests of one model come in. What they are answered by changes with the version that is served. Thread-safe. */
final class Endpoint {
    private final Serving local;
    private final FollowedModels models;
    private final Counted predictions;
    private final Counted rehearsals;
    private final Decisions decisions;
    private final Clock clock;
    private volatile Serving current;

    /** A scorer, and what it counts its answers in. */
    record Counted(Scorer scorer, ScoringMetrics metrics) {}

    /** @param local as the service's own folder has it */
    Endpoint(
            CompiledModel local,
            ServeDefinition serve,
            FollowedModels models,
            Counted predictions,
            Counted rehearsals,
            Decisions decisions,
            Clock clock) {
        this.local = Serving.nothing(local, serve);
        this.current = this.local;
        this.models = models;
        this.predictions = predictions;
        this.rehearsals = rehearsals;
        this.decisions = decisions;
        this.clock = clock;
    }

    String name() {
        return local.compiled().name();
    }

    /** As the service's own folder has it. */
    ServeDefinition serve() {
        return local.serve();
    }

    /** As the service's own folder has it. */
    EventType rows() {
        return local.compiled().rows();
    }

    /** Made once for each version. */
    private Serving serving() {
        Optional<ServedModel> served = models.served(name());
        Serving last = current;
        if (last.served() == served.orElse(null)) {
            return last;
        }
        Serving fresh = served.map(model -> Serving.of(model, local.serve())).orElse(local);
        current = fresh;
        return fresh;
    }

    /** Empty when neither a model nor the rule can answer. */
    Optional<byte[]> answer(byte[] body, String requestId) throws RequestException {
        long began = System.nanoTime();
        Serving serving = serving();
        ScoringRequest asked = serving.reader().read(body);
        Optional<Answer> answer = predictions.scorer().score(serving, asked, requestId);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        byte[] json = AnswerJson.bytes(serving.serve(), answer.get(), requestId, System.nanoTime() - began);
        decisions.add(new Decision(answer.get(), requestId, asked.id(), clock.instant()));
        predictions.metrics().latency(name(), System.nanoTime() - began);
        return Optional.of(json);
    }

    /** The same, which nobody learns of. */
    Optional<byte[]> rehearse(byte[] body, String requestId) throws RequestException {
        Serving serving = serving();
        return rehearsals
                .scorer()
                .score(serving, serving.reader().read(body), requestId)
                .map(answer -> AnswerJson.bytes(serving.serve(), answer, requestId, 0));
    }

    /** Goes through the motions of an answer without a model; a request that breaks a rule ends early. */
    void rehearseWithoutModel(byte[] body) throws RequestException {
        Evidence evidence = rehearsals.scorer().evidence(local, local.reader().read(body), Answer.NO_VERSION);
        Answer answer = Answer.withoutModel(name(), 0, false, evidence);
        var unused = AnswerJson.bytes(local.serve(), answer, Answer.NO_VERSION, 0);
    }
}
