package dev.millrace.web.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.web.security.Access;
import dev.millrace.web.security.Caller;
import dev.millrace.web.security.Role;
import dev.millrace.web.security.Rules;
import dev.millrace.web.security.SecuritySettings.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The OpenAPI 3.1 document of a service, and a page that shows it. A service adds what it serves of its own, and says of
 * each operation who may call it.
 */
public final class ApiDocument {
    /** The schema of what is answered when something is wrong. */
    public static final String PROBLEM = "Problem";

    private static final String API_KEY = "apiKey";
    private static final String TOKEN = "bearer";
    private static final Map<String, Object> SCHEMES = Map.of(
            API_KEY,
            Map.of("type", "apiKey", "in", "header", "name", "X-API-Key"),
            TOKEN,
            Map.of("type", "http", "scheme", "bearer", "bearerFormat", "JWT"));

    private final String title;
    private final Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
    private final Map<String, Object> schemas = new LinkedHashMap<>();
    private final Rules rules = new Rules();

    /** @param problemProperties schemas of what this service's problems say beyond code and detail */
    public ApiDocument(String title, Map<String, ?> problemProperties) {
        this.title = title;
        schemas.put(PROBLEM, JsonSchemas.problem(problemProperties));
        get(
                "/metrics",
                Operation.page("metrics", "Figures for Prometheus", "text/plain")
                        .open());
        get(
                "/openapi.json",
                Operation.page("openapi", "This document", "application/json").role(Role.READER));
        get(
                "/docs",
                Operation.page("docs", "This document, for people", "text/html").role(Role.READER));
    }

    /** A reference to a schema that the document holds. */
    public static Map<String, Object> reference(String name) {
        return Map.of("$ref", "#/components/schemas/" + name);
    }

    public ApiDocument schema(String name, Map<String, Object> schema) {
        schemas.put(name, schema);
        return this;
    }

    public ApiDocument get(String path, Operation operation) {
        return add("get", path, operation);
    }

    public ApiDocument post(String path, Operation operation) {
        return add("post", path, operation);
    }

    /** @throws IllegalStateException when the operation has no rule */
    private ApiDocument add(String method, String path, Operation operation) {
        rules.add(method.toUpperCase(Locale.ROOT), path, operation.rule());
        paths.computeIfAbsent(path, unused -> new LinkedHashMap<>()).put(method, operation.toMap());
        return this;
    }

    /** Who may call each operation. */
    public Rules rules() {
        return rules;
    }

    /** The role as OpenAPI 3.1 has it, under either scheme. */
    static List<Map<String, Object>> security(Role role) {
        return List.of(Map.of(API_KEY, List.of(role.text())), Map.of(TOKEN, List.of(role.text())));
    }

    /**
     * The document, which asks for keys only where callers have to be known.
     *
     * @param part what a caller gets to see who sees only some of the use cases
     */
    public RouterFunction<ServerResponse> routes(Access access, Optional<PartialDocument> part) {
        byte[] document = bytes(access.mode());
        byte[] page = page();
        // As many as there are combinations of use cases that callers see.
        Map<List<String>, byte[]> parts = new ConcurrentHashMap<>();
        return RouterFunctions.route()
                .GET("/openapi.json", request -> {
                    Caller caller = Caller.of(request.servletRequest());
                    byte[] seen = part.isEmpty() || access.seesAll(caller)
                            ? document
                            : parts.computeIfAbsent(
                                    access.seenBy(caller),
                                    useCases -> part.get().of(useCases).bytes(access.mode()));
                    return ServerResponse.ok()
                            .contentType(MediaType.APPLICATION_JSON)
                            .body(seen);
                })
                .GET(
                        "/docs",
                        request -> ServerResponse.ok()
                                .contentType(MediaType.TEXT_HTML)
                                .body(page))
                .build();
    }

    private byte[] bytes(Mode mode) {
        if (mode != Mode.ON) {
            paths.values().forEach(methods -> methods.values().forEach(ApiDocument::withoutSecurity));
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("openapi", "3.1.0");
        root.put("info", Map.of("title", title, "version", "1"));
        root.put("paths", paths);
        root.put("components", Map.of("schemas", schemas, "securitySchemes", SCHEMES));
        try {
            return new ObjectMapper().writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write the OpenAPI document", e);
        }
    }

    private static void withoutSecurity(Object operation) {
        ((Map<?, ?>) operation).remove("security");
    }

    private static byte[] page() {
        try (InputStream in = ApiDocument.class.getResourceAsStream("docs.html")) {
            return Objects.requireNonNull(in, "docs.html is missing in the class path")
                    .readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
