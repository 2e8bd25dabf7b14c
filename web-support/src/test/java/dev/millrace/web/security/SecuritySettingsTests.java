package dev.millrace.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.web.security.SecuritySettings.Jwt;
import dev.millrace.web.security.SecuritySettings.Mode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class SecuritySettingsTests {

    private static StandardEnvironment environment(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        Map<String, Object> all = new HashMap<>(variables);
        all.putIfAbsent("server.address", "127.0.0.1");
        environment.getPropertySources().addFirst(new MapPropertySource("test", all));
        new SecurityEnvironment().postProcessEnvironment(environment, new SpringApplication());
        return environment;
    }

    private static SecuritySettings bound(Map<String, Object> variables) {
        return Binder.get(environment(variables))
                .bind("millrace.security", SecuritySettings.class)
                .get();
    }

    @Test
    void withoutVariablesNobodyIsAskedForKeys() {
        assertThat(bound(Map.of()))
                .isEqualTo(new SecuritySettings(
                        Mode.OFF,
                        "127.0.0.1",
                        List.of(),
                        "",
                        Duration.ofSeconds(5),
                        new Jwt(
                                "",
                                "",
                                "",
                                "",
                                Duration.ofMinutes(5),
                                List.of("RS256", "PS256", "ES256"),
                                Duration.ofSeconds(30),
                                "roles",
                                "use_cases")));
    }

    @Test
    void everyVariableCounts() {
        assertThat(bound(Map.ofEntries(
                        Map.entry("MILLRACE_SECURITY", "on"),
                        Map.entry("server.address", "0.0.0.0"),
                        Map.entry("millrace.use-case", "parcels, letters"),
                        Map.entry("MILLRACE_API_KEYS", "/keys"),
                        Map.entry("MILLRACE_API_KEYS_RELOAD", "1s"),
                        Map.entry("MILLRACE_JWT_ISSUER", "i"),
                        Map.entry("MILLRACE_JWT_AUDIENCE", "a"),
                        Map.entry("MILLRACE_JWT_KEYS", "https://i/k"),
                        Map.entry("MILLRACE_JWT_KEPT_KEYS", "/kept"),
                        Map.entry("MILLRACE_JWT_REFRESH", "1m"),
                        Map.entry("MILLRACE_JWT_ALGORITHMS", "ES384"),
                        Map.entry("MILLRACE_JWT_CLOCK_SKEW", "0s"),
                        Map.entry("MILLRACE_JWT_ROLES_CLAIM", "r"),
                        Map.entry("MILLRACE_JWT_USE_CASES_CLAIM", "u"))))
                .isEqualTo(new SecuritySettings(
                        Mode.ON,
                        "0.0.0.0",
                        List.of("parcels", "letters"),
                        "/keys",
                        Duration.ofSeconds(1),
                        new Jwt(
                                "i",
                                "a",
                                "https://i/k",
                                "/kept",
                                Duration.ofMinutes(1),
                                List.of("ES384"),
                                Duration.ZERO,
                                "r",
                                "u")));
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        Jwt wrong = new Jwt(
                "", "", "http://example.org/k", "", Duration.ZERO, List.of("HS256"), Duration.ofHours(1), "", "u");
        assertThatThrownBy(() -> new SecuritySettings(Mode.ON, "0.0.0.0", List.of("u"), "", Duration.ZERO, wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected who issues tokens in MILLRACE_JWT_ISSUER, but came nothing; expected the audience"
                        + " of tokens for this service in MILLRACE_JWT_AUDIENCE, but came nothing; expected an address"
                        + " such as https://HOST/jwks or file:///PATH of the issuer's keys in MILLRACE_JWT_KEYS, http"
                        + " on this machine only, but came 'http://example.org/k'; expected a positive time in"
                        + " MILLRACE_JWT_REFRESH, such as 5m, but came PT0S; expected a time of at most 5 minutes in"
                        + " MILLRACE_JWT_CLOCK_SKEW, such as 30s, but came PT1H; expected asymmetric algorithms such"
                        + " as RS256,PS256,ES256 in MILLRACE_JWT_ALGORITHMS, but came [HS256]; expected names of claims"
                        + " in MILLRACE_JWT_ROLES_CLAIM and MILLRACE_JWT_USE_CASES_CLAIM, but came nothing; expected a"
                        + " positive time in MILLRACE_API_KEYS_RELOAD, such as 5s, but came PT0S");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0.0.0.0", "::", "10.0.0.1"})
    void withoutKeysOnlyThisMachineMayReachTheService(String address) {
        assertThatThrownBy(() -> bound(Map.of("server.address", address)))
                .rootCause()
                .hasMessage("expected SERVER_ADDRESS=127.0.0.1 without keys, but came '" + address
                        + "': others could reach the service; set MILLRACE_SECURITY=on, or to open if their network checks"
                        + " them");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "localhost"})
    void addressesOfThisMachineNeedNoKeys(String address) {
        assertThat(bound(Map.of("server.address", address)).mode()).isEqualTo(Mode.OFF);
    }

    @Test
    void onWithoutKeysNobodyCouldGetIn() {
        assertThatThrownBy(() -> bound(Map.of("MILLRACE_SECURITY", "on")))
                .rootCause()
                .hasMessage("expected a file of keys in MILLRACE_API_KEYS, or MILLRACE_JWT_ISSUER,"
                        + " MILLRACE_JWT_AUDIENCE and MILLRACE_JWT_KEYS, but came neither");
    }

    @Test
    void aCertificateComesWithItsKey() {
        assertThat(environment(Map.of("MILLRACE_TLS_CERTIFICATE", "/c", "MILLRACE_TLS_KEY", "/k"))
                        .getProperty("spring.ssl.bundle.pem.service.keystore.private-key"))
                .isEqualTo("file:/k");
        assertThat(environment(Map.of()).getProperty("server.ssl.bundle")).isNull();
        assertThatThrownBy(() -> environment(Map.of("MILLRACE_TLS_KEY", "/k")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected PEM files in both MILLRACE_TLS_CERTIFICATE and MILLRACE_TLS_KEY, but came one of"
                        + " them");
    }
}
