package dev.millrace.prediction.scoring;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.web.RequestContext;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** One endpoint for each model that the use case serves, under the use case's own path and under the model's name. */
public final class Endpoints {

    private static final int LARGEST_BODY = 64 * 1024;

    private final FollowedModels models;
    private final Decisions decisions;
    private final Marker warmUp;
    private final Clock clock;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<ModelDefinition> definitions;

    /**
     * @param fresh how far features may lag behind and still be called complete
     * @param decisions keeps what was answered
     * @param warmUp is on requests that are answered, but no predictions
     * @param discarded what such requests are counted in, and nobody reads
     */
    public Endpoints(
            FeatureEngine engine,
            FollowedModels models,
            OnlineFeatures features,
            Duration fresh,
            Clock clock,
            ScoringMetrics metrics,
            Decisions decisions,
            Marker warmUp,
            ScoringMetrics discarded) {
        this.models = models;
        this.decisions = decisions;
        this.warmUp = warmUp;
        this.clock = clock;
        this.definitions = engine.models().stream().map(Model::definition).toList();
        for (Model model : engine.models()) {
            CompiledModel local = new CompiledModel(engine.useCase(), model);
            Function<ScoringMetrics, Counted> counted = in -> new Counted(new Scorer(features, fresh, clock, in), in);
            model.definition()
                    .serve()
                    .ifPresent(serve -> endpoints.add(new Endpoint(
                            Serving.nothing(local, serve), counted.apply(metrics), counted.apply(discarded))));
        }
    }

    /** A scorer, and what it counts its answers in. */
    record Counted(Scorer scorer, ScoringMetrics metrics) {}

    /** Where requests of one model come in. What they are answered by changes with the version that is served. */
    static final class Endpoint {
        private final Serving local;
        private final Counted predictions;
        private final Counted rehearsals;
        private volatile Serving current;

        private Endpoint(Serving local, Counted predictions, Counted rehearsals) {
            this.local = local;
            this.current = local;
            this.predictions = predictions;
            this.rehearsals = rehearsals;
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
        private Serving serving(Optional<ServedModel> served) {
            Serving last = current;
            if (last.served() == served.orElse(null)) {
                return last;
            }
            Serving fresh =
                    served.map(model -> Serving.of(model, local.serve())).orElse(local);
            current = fresh;
            return fresh;
        }

        /** Goes through the motions of an answer without a model; a request that breaks a rule ends early. */
        void rehearse(byte[] body) {
            try {
                Evidence evidence =
                        rehearsals.scorer().evidence(local, local.reader().read(body));
                Answer answer = Answer.withoutModel(name(), 0, false, evidence);
                var unused = Json.bytes(AnswerJson.of(local.serve(), answer, Answer.NO_VERSION, 0));
            } catch (RequestException e) {
                var unused = Json.problem(e);
            }
        }
    }

    List<Endpoint> all() {
        return List.copyOf(endpoints);
    }

    public RouterFunction<ServerResponse> routes() {
        RouterFunctions.Builder routes = RouterFunctions.route();
        for (Endpoint endpoint : endpoints) {
            routes.POST(endpoint.serve().path(), request -> score(endpoint, request));
            routes.POST("/v1/models/" + endpoint.name() + "/predict", request -> score(endpoint, request));
        }
        routes.POST("/v1/models/{model}/predict", request -> Json.problem(unknown(request.pathVariable("model"))));
        routes.GET("/v1/models", request -> Json.ok(Map.of("models", list())));
        return routes.build();
    }

    private RequestException unknown(String model) {
        return RequestException.unknown(
                "unknown-model",
                "'%s' is no model that is served; there are %s"
                        .formatted(model, endpoints.stream().map(Endpoint::name).toList()));
    }

    private ServerResponse score(Endpoint endpoint, ServerRequest request) throws IOException {
        byte[] body = request.servletRequest().getInputStream().readNBytes(LARGEST_BODY + 1);
        long began = System.nanoTime();
        Counted counted = warmUp.isOn(request) ? endpoint.rehearsals : endpoint.predictions;
        Serving serving = endpoint.serving(models.served(endpoint.name()));
        try {
            if (body.length > LARGEST_BODY) {
                throw RequestException.tooLarge(LARGEST_BODY);
            }
            ScoringRequest asked = serving.reader().read(body);
            Optional<Answer> answer = counted.scorer().score(serving, asked);
            if (answer.isEmpty()) {
                return Json.unavailable(Scorer.NO_MODEL, "no version of %s is loaded".formatted(endpoint.name()));
            }
            long nanos = System.nanoTime() - began;
            String requestId = RequestContext.of(request.servletRequest()).requestId();
            ServerResponse response = Json.ok(AnswerJson.of(serving.serve(), answer.get(), requestId, nanos));
            if (counted == endpoint.predictions) {
                decisions.add(new Decision(answer.get(), requestId, asked.id(), clock.instant()));
            }
            counted.metrics().latency(endpoint.name(), System.nanoTime() - began);
            return response;
        } catch (RequestException e) {
            return Json.problem(e);
        }
    }

    private List<Map<String, @Nullable Object>> list() {
        return definitions.stream().map(this::describe).toList();
    }

    private Map<String, @Nullable Object> describe(ModelDefinition definition) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", definition.name());
        json.put("kind", definition.kind().name().toLowerCase(Locale.ROOT));
        json.put("path", definition.serve().map(ServeDefinition::path).orElse(null));
        Optional<ServedModel> served = models.served(definition.name());
        json.put("model_version", served.map(ServedModel::version).orElse(Answer.NO_VERSION));
        served.ifPresent(model -> {
            ModelManifest manifest = model.model().manifest();
            json.put("trained_through", manifest.trainedThrough().toString());
            json.put("threshold", manifest.threshold());
            json.put("definitions_digest", manifest.definitionsDigest());
            json.put("features", manifest.features());
            Map<String, Double> figures = new LinkedHashMap<>();
            manifest.metrics().entrySet().stream()
                    .filter(entry -> Double.isFinite(entry.getValue()))
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> figures.put(entry.getKey(), entry.getValue()));
            json.put("metrics", figures);
        });
        return json;
    }
}
