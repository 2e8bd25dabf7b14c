package dev.millrace.web;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * What holds for every service unless it says otherwise. The actuator is where only the machine itself sees it: on 127.0.0.1
 * and the service's port + 100, or a free one when the service's is. Each line of the log names its request. No caller that is
 * slow is waited for long.
 */
public final class ServiceDefaults implements EnvironmentPostProcessor, Ordered {

    /** How long a whole body may take to come. */
    static final String BODY_DEADLINE = "millrace.body-deadline";

    /** How many bodies are waited for at a time. */
    static final String BODIES_AWAITED = "millrace.bodies-awaited";

    private static final int DISTANCE = 100;

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        int port = environment.getProperty("server.port", Integer.class, 8000);
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "service-defaults",
                        Map.of(
                                "management.server.port",
                                port == 0 ? 0 : port + DISTANCE,
                                "management.server.address",
                                "127.0.0.1",
                                "management.endpoints.web.exposure.include",
                                "info,loggers,metrics,threaddump",
                                // Nobody sends forms: whatever claims to be one would be read for its parts.
                                "spring.servlet.multipart.enabled",
                                false,
                                BODY_DEADLINE,
                                "10s",
                                // As many as there are connections: none where a thread costs nothing.
                                BODIES_AWAITED,
                                8192,
                                "logging.pattern.correlation",
                                "[%X{" + RequestContext.MDC_REQUEST_ID + ":--}] ")));
    }

    /** After the configuration files have been read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
