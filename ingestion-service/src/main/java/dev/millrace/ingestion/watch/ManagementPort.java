package dev.millrace.ingestion.watch;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Puts the actuator on the service's port + 100, or on a free one when the service's is. */
public final class ManagementPort implements EnvironmentPostProcessor, Ordered {

    private static final int DISTANCE = 100;

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        int port = environment.getProperty("server.port", Integer.class, 8000);
        int management = port == 0 ? 0 : port + DISTANCE;
        environment
                .getPropertySources()
                .addLast(new MapPropertySource("management-port", Map.of("management.server.port", management)));
    }

    /** After the configuration files have been read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
