package dev.millrace.prediction.drift;

import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.usecase.ServedUseCases;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.web.security.Caller;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** {@code GET /v1/models/{model}/drift}: what the monitors of one model say, for people. */
public final class DriftEndpoint {

    private final DriftMonitors monitors;
    private final FollowedModels models;
    private final ServedUseCases useCases;

    public DriftEndpoint(DriftMonitors monitors, FollowedModels models, ServedUseCases useCases) {
        this.monitors = monitors;
        this.models = models;
        this.useCases = useCases;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/v1/models/{model}/drift", this::answer)
                .build();
    }

    private ServerResponse answer(ServerRequest request) {
        String model = request.pathVariable("model");
        List<String> seen = useCases.models(Caller.of(request.servletRequest())).stream()
                .map(CompiledModel::name)
                .toList();
        return seen.contains(model) ? answer(model) : Json.problem(RequestException.unknownModel(model, seen));
    }

    private ServerResponse answer(String model) {
        Optional<ServedModel> champion = models.served(model);
        Optional<DriftReport> report = champion.flatMap(monitors::report);
        List<Map<String, @Nullable Object>> versions = monitors.versions()
                .filter(version -> version.served().name().equals(model))
                .map(DriftEndpoint::json)
                .toList();
        if (report.isEmpty() && versions.isEmpty()) {
            return Json.problem(RequestException.unknown(
                    "no-drift-baseline",
                    "expected a loaded version of '%s' whose package has a drift baseline: train it again"
                            .formatted(model)));
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", model);
        champion.ifPresent(served -> json.put("model_version", served.version()));
        json.put("rows_needed", DriftMonitor.LEAST_ROWS);
        report.ifPresent(found -> {
            json.put("rows", found.rows());
            json.put("baseline_rows", found.baselineRows());
            Map<String, Object> features = new LinkedHashMap<>();
            found.features().forEach(feature -> features.put(feature.feature(), json(feature)));
            json.put("features", features);
        });
        json.put("versions", versions);
        return Json.ok(json);
    }

    private static Map<String, @Nullable Object> json(DriftMonitors.Version version) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model_version", version.served().version());
        json.put("alias", version.alias().id());
        json.put("rows", version.rows());
        json.put("psi", known(version.score().psi()));
        json.put("score", known(version.score().score()));
        return json;
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
