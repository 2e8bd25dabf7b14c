package dev.millrace.web.security;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The variables that every service reads for its security. With a certificate ({@code MILLRACE_TLS_CERTIFICATE} and
 * {@code MILLRACE_TLS_KEY}, PEM files) the service speaks HTTPS, and takes a new one when the files change.
 */
public final class SecurityEnvironment implements EnvironmentPostProcessor, Ordered {
    private static final String BUNDLE = "spring.ssl.bundle.pem.service.";

    private static final Map<String, Object> SETTINGS = Map.ofEntries(
            Map.entry("millrace.security.mode", "${MILLRACE_SECURITY:off}"),
            Map.entry("millrace.security.listens-on", "${server.address:}"),
            Map.entry("millrace.security.use-cases", "${millrace.use-case:}"),
            Map.entry("millrace.security.api-keys", "${MILLRACE_API_KEYS:}"),
            Map.entry("millrace.security.reload", "${MILLRACE_API_KEYS_RELOAD:5s}"),
            Map.entry("millrace.security.jwt.issuer", "${MILLRACE_JWT_ISSUER:}"),
            Map.entry("millrace.security.jwt.audience", "${MILLRACE_JWT_AUDIENCE:}"),
            Map.entry("millrace.security.jwt.keys", "${MILLRACE_JWT_KEYS:}"),
            Map.entry("millrace.security.jwt.kept-keys", "${MILLRACE_JWT_KEPT_KEYS:}"),
            Map.entry("millrace.security.jwt.refresh", "${MILLRACE_JWT_REFRESH:5m}"),
            Map.entry("millrace.security.jwt.algorithms", "${MILLRACE_JWT_ALGORITHMS:RS256,PS256,ES256}"),
            Map.entry("millrace.security.jwt.clock-skew", "${MILLRACE_JWT_CLOCK_SKEW:30s}"),
            Map.entry("millrace.security.jwt.roles-claim", "${MILLRACE_JWT_ROLES_CLAIM:roles}"),
            Map.entry("millrace.security.jwt.use-cases-claim", "${MILLRACE_JWT_USE_CASES_CLAIM:use_cases}"));

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> settings = new HashMap<>(SETTINGS);
        String certificate = environment.resolvePlaceholders("${MILLRACE_TLS_CERTIFICATE:}");
        String key = environment.resolvePlaceholders("${MILLRACE_TLS_KEY:}");
        if (certificate.isBlank() != key.isBlank()) {
            throw new IllegalArgumentException(
                    "expected PEM files in both MILLRACE_TLS_CERTIFICATE and MILLRACE_TLS_KEY, but came one of them");
        }
        if (!certificate.isBlank()) {
            settings.put("server.ssl.bundle", "service");
            settings.put(BUNDLE + "reload-on-update", "true");
            settings.put(BUNDLE + "keystore.certificate", "file:" + certificate);
            settings.put(BUNDLE + "keystore.private-key", "file:" + key);
        }
        environment.getPropertySources().addLast(new MapPropertySource("security", settings));
    }

    /** After the configuration files have been read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
