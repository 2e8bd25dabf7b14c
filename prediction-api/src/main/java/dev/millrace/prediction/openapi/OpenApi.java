package dev.millrace.prediction.openapi;

import dev.millrace.prediction.web.Json;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.definition.UseCase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** The OpenAPI 3.1 document of this service, and a page that shows it. */
public final class OpenApi {

    private final UseCase useCase;

    public OpenApi(UseCase useCase) {
        this.useCase = useCase;
    }

    public RouterFunction<ServerResponse> routes() {
        byte[] document = Json.bytes(document());
        byte[] page = page();
        return RouterFunctions.route()
                .GET(
                        "/openapi.json",
                        request -> ServerResponse.ok()
                                .contentType(MediaType.APPLICATION_JSON)
                                .body(document))
                .GET(
                        "/docs",
                        request -> ServerResponse.ok()
                                .contentType(MediaType.TEXT_HTML)
                                .body(page))
                .build();
    }

    private static byte[] page() {
        try (InputStream in = OpenApi.class.getResourceAsStream("docs.html")) {
            return Objects.requireNonNull(in, "docs.html is missing in the class path")
                    .readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, Object> document() {
        Map<String, Object> paths = new LinkedHashMap<>();
        for (ModelDefinition model : useCase.models()) {
            model.serve().ifPresent(serve -> {
                paths.put(serve.path(), Map.of("post", predict(model, serve, model.name())));
                String path = "/v1/models/" + model.name() + "/predict";
                paths.put(path, Map.of("post", predict(model, serve, model.name() + "-by-name")));
            });
        }
        paths.put("/v1/features/{use_case}", Map.of("get", features()));
        paths.put("/v1/models", get("models", "The models and their served versions", "application/json"));
        paths.put(
                "/health",
                get("health", "How well the service is: ok, degraded with reasons, or down", "application/json"));
        paths.put("/health/liveness", get("liveness", "Whether the process answers", "application/json"));
        paths.put("/health/readiness", get("readiness", "Whether a model is loaded and warm", "application/json"));
        paths.put("/metrics", get("metrics", "Figures for Prometheus", "text/plain"));
        paths.put("/openapi.json", get("openapi", "This document", "application/json"));
        paths.put("/docs", get("docs", "This document, for people", "text/html"));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("openapi", "3.1.0");
        root.put("info", Map.of("title", "Millrace predictions: " + useCase.title(), "version", "1"));
        root.put("paths", paths);
        root.put("components", Map.of("schemas", Map.of("Problem", Schemas.problem())));
        return root;
    }

    private Map<String, Object> predict(ModelDefinition model, ServeDefinition serve, String id) {
        EventType rows = useCase.event(model.rows());
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", "predict-" + id);
        operation.put("summary", "Score with " + model.name());
        operation.put(
                "requestBody",
                Map.of("required", true, "content", content("application/json", Schemas.request(serve, rows))));
        operation.put(
                "responses",
                Map.of(
                        "200", response("The score, and what it rests on", Schemas.answer(serve)),
                        "400", problem("The body cannot be read"),
                        "413", problem("The body is too large"),
                        "422", problem("Values break the request's rules; each is named"),
                        "503", problem("No model and no rule can answer")));
        return operation;
    }

    private Map<String, Object> features() {
        List<Map<String, Object>> parameters = new ArrayList<>();
        parameters.add(parameter("use_case", "path", Map.of("type", "string", "enum", List.of(useCase.name()))));
        parameters.add(parameter("at", "query", Map.of("type", "string", "format", "date-time")));
        parameters.add(parameter(
                "model",
                "query",
                Map.of(
                        "type",
                        "string",
                        "enum",
                        useCase.models().stream().map(ModelDefinition::name).toList())));
        useCase.models().stream()
                .map(ModelDefinition::rows)
                .distinct()
                .map(useCase::event)
                .forEach(type -> type.schema()
                        .getFields()
                        .forEach(
                                field -> parameters.add(parameter(field.name(), "query", Schemas.of(field.schema())))));
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", "features");
        operation.put("summary", "The features of an entity as a model would see them, no event added");
        operation.put("parameters", parameters);
        operation.put(
                "responses",
                Map.of(
                        "200", response("Features by name, null where missing", Map.of("type", "object")),
                        "404", problem("Another use case"),
                        "422", problem("Values that are none of their field's type; each is named"),
                        "503", problem("The features cannot be read now")));
        return operation;
    }

    private static Map<String, Object> parameter(String name, String in, Map<String, Object> schema) {
        return Map.of("name", name, "in", in, "required", in.equals("path"), "schema", schema);
    }

    private static Map<String, Object> get(String id, String summary, String type) {
        return Map.of(
                "get",
                Map.of(
                        "operationId",
                        id,
                        "summary",
                        summary,
                        "responses",
                        Map.of("200", Map.of("description", summary, "content", Map.of(type, Map.of())))));
    }

    private static Map<String, Object> response(String description, Map<String, Object> schema) {
        return Map.of("description", description, "content", content("application/json", schema));
    }

    private static Map<String, Object> problem(String description) {
        return Map.of(
                "description",
                description,
                "content",
                content("application/problem+json", Map.of("$ref", "#/components/schemas/Problem")));
    }

    private static Map<String, Object> content(String type, Map<String, Object> schema) {
        return Map.of(type, Map.of("schema", schema));
    }
}
