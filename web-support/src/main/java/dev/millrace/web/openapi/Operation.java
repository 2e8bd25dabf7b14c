package dev.millrace.web.openapi;

import dev.millrace.web.security.Role;
import dev.millrace.web.security.Rule;
import dev.millrace.web.security.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one call takes and answers, and who may make it. */
public final class Operation {
    private static final String JSON = "application/json";

    private final String id;
    private final String summary;
    private final List<Map<String, Object>> parameters = new ArrayList<>();
    private final Map<String, Object> content = new LinkedHashMap<>();
    private final Map<String, Object> responses = new TreeMap<>();
    private Scope scope = new Scope.Process();
    private @Nullable Rule rule;

    /** @param id unique in its document */
    public Operation(String id, String summary) {
        this.id = id;
        this.summary = summary;
    }

    /** A call without parameters that always answers with this. */
    public static Operation page(String id, String summary, String mediaType) {
        Operation page = new Operation(id, summary);
        page.responses.put("200", Map.of("description", summary, "content", Map.of(mediaType, Map.of())));
        return page;
    }

    /** Everybody may call it. */
    public Operation open() {
        rule = new Rule.Open();
        return this;
    }

    /** It is about one of the process's use cases, and there for those only who see that. Say so before the role. */
    public Operation about(String useCase) {
        return about(new Scope.Only(useCase));
    }

    /**
     * The same; which use case, the path says.
     *
     * @param variable of the path
     * @param useCases by the name of what they have
     */
    public Operation about(String variable, Map<String, String> useCases) {
        return about(new Scope.Named(variable, useCases));
    }

    private Operation about(Scope its) {
        if (rule != null) {
            throw new IllegalStateException(
                    "the operation '" + id + "' has its rule already: say before what it is about");
        }
        scope = its;
        return this;
    }

    /** Callers with this role may call it. */
    public Operation role(Role needed) {
        rule = new Rule.Needs(needed, scope);
        responses.putIfAbsent("401", problem("Neither a valid API key nor a valid token came along"));
        responses.putIfAbsent("403", problem("The caller has not the role " + needed.text()));
        return this;
    }

    /** @throws IllegalStateException when nobody said who may call it */
    Rule rule() {
        if (rule == null) {
            throw new IllegalStateException(
                    "the operation '" + id + "' has no rule: say who may call it, with role(...) or open()");
        }
        return rule;
    }

    /** Where a parameter stands. */
    public enum In {
        PATH("path"),
        QUERY("query"),
        HEADER("header");

        private final String text;

        In(String text) {
            this.text = text;
        }
    }

    /** One in the path is required, any other optional. */
    public Operation parameter(In in, String name, Map<String, Object> schema) {
        return parameter(in, name, in == In.PATH, schema);
    }

    /** One without which there is no answer. */
    public Operation requiredParameter(In in, String name, Map<String, Object> schema) {
        return parameter(in, name, true, schema);
    }

    private Operation parameter(In in, String name, boolean required, Map<String, Object> schema) {
        if (in == In.PATH) {
            responses.putIfAbsent("400", problem("The path has empty parts, dots or encoded separators"));
        }
        parameters.add(Map.of("name", name, "in", in.text, "required", required, "schema", schema));
        return this;
    }

    /** @param examples values by name */
    public Operation body(Map<String, Object> schema, Map<String, ?> examples) {
        Map<String, Object> named = new LinkedHashMap<>();
        examples.forEach((name, value) -> named.put(name, Map.of("value", value)));
        responses.putIfAbsent("408", problem("The body comes too slowly"));
        content.put("schema", schema);
        if (!named.isEmpty()) {
            content.put("examples", named);
        }
        return this;
    }

    public Operation answer(int status, String description, Map<String, Object> schema) {
        responses.put(
                String.valueOf(status),
                Map.of("description", description, "content", Map.of(JSON, Map.of("schema", schema))));
        return this;
    }

    public Operation problem(int status, String description) {
        responses.put(String.valueOf(status), problem(description));
        return this;
    }

    /** Nothing can answer now: 503, and when to come back. */
    public Operation unavailable(String description) {
        Map<String, Object> response = new LinkedHashMap<>(problem(description));
        response.put(
                "headers",
                Map.of("Retry-After", Map.of("description", "Seconds", "schema", Map.of("type", "integer"))));
        responses.put("503", response);
        return this;
    }

    private static Map<String, Object> problem(String description) {
        return Map.of(
                "description",
                description,
                "content",
                Map.of("application/problem+json", Map.of("schema", ApiDocument.reference(ApiDocument.PROBLEM))));
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("operationId", id);
        map.put("summary", summary);
        if (!parameters.isEmpty()) {
            map.put("parameters", List.copyOf(parameters));
        }
        if (!content.isEmpty()) {
            map.put("requestBody", Map.of("required", true, "content", Map.of(JSON, content)));
        }
        map.put("responses", responses);
        map.put(
                "security",
                switch (rule()) {
                    case Rule.Open() -> List.of();
                    case Rule.Needs(Role role, Scope about) -> ApiDocument.security(role);
                });
        return map;
    }
}
