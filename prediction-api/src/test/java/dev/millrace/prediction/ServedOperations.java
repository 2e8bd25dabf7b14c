package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.prediction.web.JsonServlet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What a service documents, and what it serves: {@code post /score}. */
public final class ServedOperations {

    private ServedOperations() {}

    public static Set<String> listed(JsonNode document) {
        Set<String> listed = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> listed.add(method.getKey() + " " + path.getKey())));
        return listed;
    }

    /** Whatever answers, by every verb: {@code any /path} where that is not told. */
    public static Set<String> of(ConfigurableApplicationContext service) {
        Set<String> served = new TreeSet<>();
        service.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues()
                        .forEach(path -> served.addAll(
                                operations(path, mapping.getMethodsCondition().getMethods()))));
        served.addAll(routes(
                String.valueOf(service.getBean(RouterFunctionMapping.class).getRouterFunction())));
        service.getBeansOfType(ServletRegistrationBean.class).values().stream()
                // Spring's own, which is there for what is found above.
                .filter(servlet -> !(servlet instanceof DispatcherServletRegistrationBean))
                .forEach(servlet -> served.addAll(operations(servlet)));
        // What answers that there is no such model, and what Tomcat asks when something failed.
        Set<String> undocumented = Set.of(
                "post /v1/models/{model}/predict",
                "post /v1/models/{model}/predict:batch",
                "post /v2/models/{model}/infer",
                "any /error");
        assertThat(served).containsAll(undocumented);
        served.removeAll(undocumented);
        return served;
    }

    private static Set<String> operations(String path, Set<RequestMethod> methods) {
        return methods.isEmpty()
                ? Set.of("any " + path)
                : methods.stream()
                        .map(method -> method.name().toLowerCase(Locale.ROOT) + " " + path)
                        .collect(Collectors.toSet());
    }

    private static Set<String> operations(ServletRegistrationBean<?> servlet) {
        String verb = servlet.getServlet() instanceof JsonServlet ? "post " : "any ";
        return servlet.getUrlMappings().stream().map(verb::concat).collect(Collectors.toSet());
    }

    /** They tell themselves only as text. One of another form than a verb and a path would be missed: there must be none. */
    private static Set<String> routes(String text) {
        Set<String> routes = new TreeSet<>();
        Matcher route = Pattern.compile("\\(([A-Z]+) && ([^)]+)\\) -> ").matcher(text);
        int found = 0;
        while (route.find()) {
            routes.add(route.group(1).toLowerCase(Locale.ROOT) + " " + route.group(2));
            found++;
        }
        assertThat(found).as(text).isEqualTo(text.split(" -> ", -1).length - 1);
        return routes;
    }
}
