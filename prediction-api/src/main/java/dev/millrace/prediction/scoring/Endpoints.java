package dev.millrace.prediction.scoring;

import dev.millrace.forest.model.ModelManifest;
import dev.millrace.prediction.drift.DriftMonitors;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.model.Alias;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.Lineup;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.usecase.ModelPaths;
import dev.millrace.prediction.usecase.ServedUseCases;
import dev.millrace.prediction.web.Admission;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.prediction.web.Unavailable;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.web.security.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** One endpoint for each model that is served, under the path that its use case gives it and under its name. */
public final class Endpoints {

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

    private final FollowedModels models;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final ServedUseCases useCases;

    /**
     * @param personal masks requests
     * @param fresh how far features may lag behind and still be called complete
     * @param decisions keeps what was answered
     * @param discarded what requests that warm up are counted in, and nobody reads
     */
    public Endpoints(
            ServedUseCases useCases,
            PersonalData personal,
            FollowedModels models,
            OnlineFeatures features,
            Duration fresh,
            Clock clock,
            ScoringMetrics metrics,
            Decisions decisions,
            DriftMonitors drift,
            ScoringMetrics discarded) {
        this.models = models;
        this.useCases = useCases;
        for (CompiledModel local : useCases.models()) {
            Function<ScoringMetrics, Scorer> counted = in -> new Scorer(features, fresh, clock, in);
            local.model()
                    .definition()
                    .serve()
                    .ifPresent(serve -> endpoints.add(new Endpoint(
                            local,
                            serve,
                            personal,
                            models.model(local.name()),
                            counted.apply(metrics),
                            counted.apply(discarded),
                            decisions,
                            drift,
                            clock)));
        }
    }

    List<Endpoint> all() {
        return List.copyOf(endpoints);
    }

    private Map<String, Endpoint> under(Function<Endpoint, List<String>> paths) {
        Map<String, Endpoint> found = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            for (String path : paths.apply(endpoint)) {
                found.put(path, endpoint);
            }
        }
        return found;
    }

    /** Where single events are scored: each model under its own path and under its name. */
    Map<String, Endpoint> single() {
        return under(endpoint ->
                List.of(endpoint.serve().path(), ModelPaths.of(endpoint.name()).predict()));
    }

    /** Where many are. */
    Map<String, Endpoint> batch() {
        return under(endpoint -> List.of(ModelPaths.of(endpoint.name()).batch()));
    }

    /** Where many are, as the Open Inference Protocol has it. */
    Map<String, Endpoint> infer() {
        return under(endpoint -> List.of(ModelPaths.of(endpoint.name()).infer()));
    }

    /**
     * What is answered without scoring.
     *
     * @param registry of requests that wait for the registry
     */
    public RouterFunction<ServerResponse> routes(Admission registry) {
        HandlerFunction<ServerResponse> unknown = request -> Json.problem(unknown(request));
        return RouterFunctions.route()
                .POST("/v1/models/{model}/predict", unknown)
                .POST("/v1/models/{model}/predict:batch", unknown)
                .POST("/v2/models/{model}/infer", request -> Json.problem(unknown(request), Json.Errors.INFERENCE))
                .GET("/v1/models", request -> Json.ok(Map.of("models", seenBy(request))))
                .POST("/v1/models:refresh", request -> registry.around(request, this::refresh))
                .build();
    }

    /** For whoever has changed an alias and does not want to wait until it is noticed. */
    private ServerResponse refresh(ServerRequest request) {
        try {
            models.look(LONGEST_LOOK);
            return Json.ok(Map.of("models", seenBy(request)));
        } catch (TimeoutException e) {
            return Json.unavailable(new Unavailable(
                    "registry-slow", "the registry is still being asked after " + LONGEST_LOOK.toSeconds() + " s"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Json.unavailable(new Unavailable("stopping", "the service stops"));
        }
    }

    private List<Endpoint> seenBy(Caller caller) {
        return endpoints.stream()
                .filter(endpoint -> caller.sees(endpoint.useCase()))
                .toList();
    }

    private RequestException unknown(ServerRequest request) {
        return unknown(request.pathVariable("model"), Caller.of(request.servletRequest()));
    }

    private RequestException unknown(String model, Caller caller) {
        return RequestException.unknownModel(
                model, seenBy(caller).stream().map(Endpoint::name).toList());
    }

    /** @throws RequestException when there is none of those that the caller sees */
    Endpoint endpoint(String model, Caller caller) throws RequestException {
        return seenBy(caller).stream()
                .filter(endpoint -> endpoint.name().equals(model))
                .findFirst()
                .orElseThrow(() -> unknown(model, caller));
    }

    private List<Map<String, @Nullable Object>> seenBy(ServerRequest request) {
        return useCases.models(Caller.of(request.servletRequest())).stream()
                .map(model -> describe(model.model().definition()))
                .toList();
    }

    private Map<String, @Nullable Object> describe(ModelDefinition definition) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", definition.name());
        json.put("kind", definition.kind().name().toLowerCase(Locale.ROOT));
        json.put("path", definition.serve().map(ServeDefinition::path).orElse(null));
        Lineup lineup = models.model(definition.name()).lineup();
        Optional<ServedModel> served = lineup.champion();
        json.put("model_version", served.map(ServedModel::version).orElse(Origin.RULE.version()));
        Map<String, String> aliases = new LinkedHashMap<>();
        for (Alias alias : Alias.values()) {
            lineup.of(alias).ifPresent(version -> aliases.put(alias.id(), version.version()));
        }
        json.put("aliases", aliases);
        json.put("challenger_share", definition.challenge().share());
        served.ifPresent(model -> {
            ModelManifest manifest = model.model().manifest();
            json.put("trained_through", manifest.trainedThrough().toString());
            if (manifest.classes().isEmpty()) {
                json.put("threshold", manifest.threshold());
            } else {
                json.put("classes", manifest.classes());
            }
            if (!manifest.estimates().isEmpty()) {
                json.put("estimates", manifest.estimates());
            }
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
