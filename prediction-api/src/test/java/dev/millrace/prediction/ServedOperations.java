package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
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

    public static Set<String> of(ConfigurableApplicationContext service) {
        Set<String> served = new TreeSet<>();
        service.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues()
                        .forEach(path -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> served.add(method.name().toLowerCase(Locale.ROOT) + " " + path))));
        String routes =
                String.valueOf(service.getBean(RouterFunctionMapping.class).getRouterFunction());
        Matcher route = Pattern.compile("\\((GET|POST) && ([^)]+)\\)").matcher(routes);
        while (route.find()) {
            served.add(route.group(1).toLowerCase(Locale.ROOT) + " " + route.group(2));
        }
        for (String servlet : List.of("scoring", "batches", "inference")) {
            service.getBean(servlet, ServletRegistrationBean.class)
                    .getUrlMappings()
                    .forEach(path -> served.add("post " + path));
        }
        // What answers that there is no such model.
        assertThat(served.removeAll(Set.of(
                        "post /v1/models/{model}/predict",
                        "post /v1/models/{model}/predict:batch",
                        "post /v2/models/{model}/infer")))
                .isTrue();
        return served;
    }
}
