package dev.millrace.prediction.scoring;

import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.web.security.Caller;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** What the Open Inference Protocol tells of a server and its models. */
public final class InferenceProtocol {

    /** What the server calls itself, and the platform of its models. */
    static final String SERVER = "millrace";

    /** A dimension of any size. */
    static final int ANY_NUMBER = -1;

    private final Endpoints endpoints;
    private final FollowedModels models;
    private final Readiness readiness;

    public InferenceProtocol(Endpoints endpoints, FollowedModels models, Readiness readiness) {
        this.endpoints = endpoints;
        this.models = models;
        this.readiness = readiness;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/v2", request -> Json.ok(Map.of("name", SERVER, "version", version(), "extensions", List.of())))
                .GET("/v2/health/live", request -> Json.ok(Map.of("live", true)))
                .GET("/v2/health/ready", request -> ready(readiness.isReady(), Map.of()))
                .GET("/v2/models/{model}", this::metadata)
                .GET("/v2/models/{model}/ready", this::ready)
                .build();
    }

    /** Of the server: its jar says it. */
    static String version() {
        String version = InferenceProtocol.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    /** @param of what is ready or not; nothing of the server itself */
    private static ServerResponse ready(boolean ready, Map<String, String> of) {
        Map<String, Object> json = new LinkedHashMap<>(of);
        json.put("ready", ready);
        return ServerResponse.status(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Json.bytes(json));
    }

    private ServerResponse ready(ServerRequest request) {
        return of(request, endpoint -> ready(readiness.isReady(endpoint.name()), Map.of("name", endpoint.name())));
    }

    private ServerResponse metadata(ServerRequest request) {
        return of(request, endpoint -> Json.ok(describe(endpoint)));
    }

    /** Of the model in the path, if the caller sees it. */
    private ServerResponse of(ServerRequest request, Function<Endpoint, ServerResponse> answer) {
        try {
            return answer.apply(endpoints.endpoint(request.pathVariable("model"), Caller.of(request.servletRequest())));
        } catch (RequestException e) {
            return Json.problem(e, Json.Errors.INFERENCE);
        }
    }

    private Map<String, Object> describe(Endpoint endpoint) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", endpoint.name());
        json.put(
                "versions",
                models.served(endpoint.name()).map(ServedModel::version).stream()
                        .toList());
        json.put("platform", SERVER);
        List<Map<String, Object>> inputs = new ArrayList<>();
        endpoint.tensors().inputs().forEach((name, type) -> inputs.add(tensor(name, type)));
        List<Map<String, Object>> outputs = new ArrayList<>();
        endpoint.tensors().outputs().forEach(output -> outputs.add(tensor(output.name(), Tensors.type(output))));
        json.put("inputs", inputs);
        json.put("outputs", outputs);
        return json;
    }

    private static Map<String, Object> tensor(String name, String type) {
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("name", name);
        tensor.put("datatype", type);
        tensor.put("shape", List.of(ANY_NUMBER));
        return tensor;
    }
}
