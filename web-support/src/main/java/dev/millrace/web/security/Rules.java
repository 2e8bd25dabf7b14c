package dev.millrace.web.security;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** The rule of every operation, by method and path. What has none is denied. */
public final class Rules {
    private final Map<String, Rule> exact = new HashMap<>();
    private final List<Templated> templated = new ArrayList<>();

    private record Templated(String method, PathPattern path, Rule rule) {}

    /** @param path with variables as {@code /models/{model}} */
    public Rules add(String method, String path, Rule rule) {
        if (rule instanceof Rule.Needs(Role role, Scope.Named(String variable, Map<String, String> useCases))) {
            useCases.forEach((name, useCase) -> add(
                    method, path.replace("{" + variable + "}", name), new Rule.Needs(role, new Scope.Only(useCase))));
        }
        if (path.contains("{")) {
            templated.add(new Templated(method, PathPatternParser.defaultInstance.parse(path), rule));
        } else {
            exact.put(method + " " + path, rule);
        }
        return this;
    }

    /** @param path as it came, not decoded: templates are matched as Spring's own handlers are */
    Optional<Rule> of(String method, String path) {
        // Whoever serves GET serves HEAD.
        String asked = method.equals("HEAD") ? "GET" : method;
        Rule rule = exact.get(asked + " " + path);
        if (rule != null) {
            return Optional.of(rule);
        }
        PathContainer parsed = PathContainer.parsePath(path);
        for (Templated each : templated) {
            if (each.method().equals(asked) && each.path().matches(parsed)) {
                return Optional.of(each.rule());
            }
        }
        return Optional.empty();
    }

    /**
     * What may be done with a path, in order; nothing when it is not served.
     *
     * @param counts which operations are there at all
     */
    List<String> methods(String path, Predicate<Rule> counts) {
        Set<String> methods = new TreeSet<>();
        exact.forEach((operation, rule) -> {
            if (operation.endsWith(" " + path) && counts.test(rule)) {
                methods.add(operation.substring(0, operation.indexOf(' ')));
            }
        });
        PathContainer parsed = PathContainer.parsePath(path);
        for (Templated each : templated) {
            if (each.path().matches(parsed) && counts.test(each.rule())) {
                methods.add(each.method());
            }
        }
        return List.copyOf(methods);
    }
}
