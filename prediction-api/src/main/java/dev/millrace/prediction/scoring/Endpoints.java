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
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
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
import org.springframework.web.servlet.function.ServerResponse;

/** One endpoint for each model that the use case serves, under the use case's own path and under the model's name. */
public final class Endpoints {

    private final FollowedModels models;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<ModelDefinition> definitions;

    /**
     * @param fresh how far features may lag behind and still be called complete
     * @param decisions keeps what was answered
     * @param discarded what requests that warm up are counted in, and nobody reads
     */
    public Endpoints(
            FeatureEngine engine,
            FollowedModels models,
            OnlineFeatures features,
            Duration fresh,
            Clock clock,
            ScoringMetrics metrics,
            Decisions decisions,
            ScoringMetrics discarded) {
        this.models = models;
        this.definitions = engine.models().stream().map(Model::definition).toList();
        for (Model model : engine.models()) {
            CompiledModel local = new CompiledModel(engine.useCase(), model);
            Function<ScoringMetrics, Endpoint.Counted> counted =
                    in -> new Endpoint.Counted(new Scorer(features, fresh, clock, in), in);
            model.definition()
                    .serve()
                    .ifPresent(serve -> endpoints.add(new Endpoint(
                            local, serve, models, counted.apply(metrics), counted.apply(discarded), decisions, clock)));
        }
    }

    List<Endpoint> all() {
        return List.copyOf(endpoints);
    }

    /** Each under its own path and under its model's name. */
    Map<String, Endpoint> byPath() {
        Map<String, Endpoint> paths = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            paths.put(endpoint.serve().path(), endpoint);
            paths.put("/v1/models/" + endpoint.name() + "/predict", endpoint);
        }
        return paths;
    }

    /** What is answered without scoring. */
    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST("/v1/models/{model}/predict", request -> Json.problem(unknown(request.pathVariable("model"))))
                .GET("/v1/models", request -> Json.ok(Map.of("models", list())))
                .build();
    }

    private RequestException unknown(String model) {
        return RequestException.unknown(
                "unknown-model",
                "'%s' is no model that is served; there are %s"
                        .formatted(model, endpoints.stream().map(Endpoint::name).toList()));
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
