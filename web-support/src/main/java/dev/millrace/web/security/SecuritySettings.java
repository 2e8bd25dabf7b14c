package dev.millrace.web.security;

import com.nimbusds.jose.JWSAlgorithm;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who is let in; {@link SecurityEnvironment} names the variables. Texts are empty where nothing was said.
 *
 * @param mode whether callers have to be known ({@code MILLRACE_SECURITY})
 * @param listensOn the service's address ({@code SERVER_ADDRESS}): without keys, one of this machine only
 * @param useCases those that this process serves ({@code MILLRACE_USE_CASE})
 * @param apiKeys the file of keys ({@code MILLRACE_API_KEYS})
 * @param reload how often it is looked at ({@code MILLRACE_API_KEYS_RELOAD})
 * @param jwt tokens of an identity provider
 */
@ConfigurationProperties("millrace.security")
public record SecuritySettings(
        Mode mode, String listensOn, List<String> useCases, String apiKeys, Duration reload, Jwt jwt) {

    /** Whether callers have to be known. */
    public enum Mode {
        /** Yes. */
        ON,
        /** No, and the service listens where only this machine reaches it. */
        OFF,
        /** No, although others reach it: their network checks them. */
        OPEN
    }

    /**
     * Which tokens are taken.
     *
     * @param issuer their {@code iss} ({@code MILLRACE_JWT_ISSUER})
     * @param audience is in their {@code aud} ({@code MILLRACE_JWT_AUDIENCE})
     * @param keys where the issuer's key set (JWKS) is: https, file, or http on this machine ({@code MILLRACE_JWT_KEYS})
     * @param keptKeys a file for the last good key set, used at a start without the issuer ({@code MILLRACE_JWT_KEPT_KEYS})
     * @param refresh how often the key set is read ({@code MILLRACE_JWT_REFRESH})
     * @param algorithms of their signatures, asymmetric ones only ({@code MILLRACE_JWT_ALGORITHMS})
     * @param clockSkew by how much clocks may differ ({@code MILLRACE_JWT_CLOCK_SKEW})
     * @param rolesClaim holds the roles; dots go into objects ({@code MILLRACE_JWT_ROLES_CLAIM})
     * @param useCasesClaim holds the use cases that the caller sees ({@code MILLRACE_JWT_USE_CASES_CLAIM})
     */
    public record Jwt(
            String issuer,
            String audience,
            String keys,
            String keptKeys,
            Duration refresh,
            List<String> algorithms,
            Duration clockSkew,
            String rolesClaim,
            String useCasesClaim) {

        private static final Duration GREATEST_SKEW = Duration.ofMinutes(5);

        boolean isUsed() {
            return !(issuer.isBlank() && audience.isBlank() && keys.isBlank());
        }

        private void check(List<String> problems) {
            if (issuer.isBlank()) {
                problems.add("expected who issues tokens in MILLRACE_JWT_ISSUER, but came nothing");
            }
            if (audience.isBlank()) {
                problems.add(
                        "expected the audience of tokens for this service in MILLRACE_JWT_AUDIENCE, but came nothing");
            }
            if (!isTrusted(keys)) {
                problems.add("expected an address such as https://HOST/jwks or file:///PATH of the issuer's keys in"
                        + " MILLRACE_JWT_KEYS, http on this machine only, but came '" + keys + "'");
            }
            if (!refresh.isPositive()) {
                problems.add("expected a positive time in MILLRACE_JWT_REFRESH, such as 5m, but came " + refresh);
            }
            if (clockSkew.isNegative() || clockSkew.compareTo(GREATEST_SKEW) > 0) {
                problems.add("expected a time of at most 5 minutes in MILLRACE_JWT_CLOCK_SKEW, such as 30s, but came "
                        + clockSkew);
            }
            if (algorithms.isEmpty()
                    || !algorithms.stream().map(JWSAlgorithm::parse).allMatch(Jwt::isAsymmetric)) {
                problems.add(
                        "expected asymmetric algorithms such as RS256,PS256,ES256 in MILLRACE_JWT_ALGORITHMS, but came "
                                + algorithms);
            }
            if (rolesClaim.isBlank() || useCasesClaim.isBlank()) {
                problems.add("expected names of claims in MILLRACE_JWT_ROLES_CLAIM and MILLRACE_JWT_USE_CASES_CLAIM,"
                        + " but came nothing");
            }
        }

        private static boolean isAsymmetric(JWSAlgorithm algorithm) {
            return JWSAlgorithm.Family.RSA.contains(algorithm) || JWSAlgorithm.Family.EC.contains(algorithm);
        }

        /** Whoever answers for this address decides who gets in: nobody on the way may. */
        private static boolean isTrusted(String keys) {
            try {
                URI uri = new URI(keys);
                return switch (String.valueOf(uri.getScheme())) {
                    case "https" -> uri.getHost() != null;
                    case "file" -> uri.getPath() != null;
                    case "http" -> isLoopback(uri.getHost());
                    default -> false;
                };
            } catch (URISyntaxException e) {
                return false;
            }
        }
    }

    public SecuritySettings {
        useCases = List.copyOf(useCases);
        List<String> problems = new ArrayList<>();
        switch (mode) {
            case OFF -> {
                if (!isLoopback(listensOn)) {
                    problems.add(
                            "expected SERVER_ADDRESS=127.0.0.1 without keys, but came '" + listensOn
                                    + "': others could reach the service; set MILLRACE_SECURITY=on, or to open if their network checks them");
                }
            }
            case OPEN -> {}
            case ON -> {
                if (apiKeys.isBlank() && !jwt.isUsed()) {
                    problems.add("expected a file of keys in MILLRACE_API_KEYS, or MILLRACE_JWT_ISSUER,"
                            + " MILLRACE_JWT_AUDIENCE and MILLRACE_JWT_KEYS, but came neither");
                }
                if (jwt.isUsed()) {
                    jwt.check(problems);
                }
            }
        }
        if (!reload.isPositive()) {
            problems.add("expected a positive time in MILLRACE_API_KEYS_RELOAD, such as 5s, but came " + reload);
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Nothing means every address. */
    private static boolean isLoopback(@Nullable String address) {
        try {
            return address != null
                    && !address.isBlank()
                    && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
