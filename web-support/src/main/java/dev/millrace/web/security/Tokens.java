package dev.millrace.web.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who a JWT is about: signature by a key of the issuer, issuer, audience and times are checked. A token is verified once (a
 * signature takes 30 to 300 µs) and then known by its digest until it expires or the issuer's keys change. Thread-safe.
 */
final class Tokens {
    private static final int MOST_KNOWN = 10_000;

    /** RFC 7519's, and RFC 9068's for access tokens. */
    private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPES =
            new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null);

    private final IssuerKeys keys;
    private final Clock clock;
    private final SecuritySettings.Jwt settings;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final Cache<String, Known> known =
            Caffeine.newBuilder().maximumSize(MOST_KNOWN).build();

    /** @param by the keys with which it was verified */
    private record Known(Caller caller, Instant expires, JWKSet by) {}

    Tokens(IssuerKeys keys, SecuritySettings.Jwt settings, Clock clock) {
        this.keys = keys;
        this.clock = clock;
        this.settings = settings;
        Set<JWSAlgorithm> algorithms =
                settings.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
        processor.setJWSTypeVerifier(TYPES);
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys));
        processor.setJWTClaimsSetVerifier(new Claims(settings, clock));
    }

    private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
        private final Clock clock;

        private Claims(SecuritySettings.Jwt settings, Clock clock) {
            super(
                    settings.audience(),
                    new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
                    Set.of("sub", "exp"));
            this.clock = clock;
            setMaxClockSkew(Math.toIntExact(settings.clockSkew().toSeconds()));
        }

        @Override
        protected Date currentTime() {
            return Date.from(clock.instant());
        }
    }

    /** Nobody when the token is not valid here and now; why is nobody's business but its issuer's. */
    Optional<Caller> caller(String token) {
        String digest = ApiKey.digest(token);
        Known found = known.getIfPresent(digest);
        if (found != null && found.by() == keys.current()) {
            return clock.instant().isBefore(found.expires()) ? Optional.of(found.caller()) : Optional.empty();
        }
        Optional<Known> verified = verified(token);
        verified.ifPresent(fresh -> known.put(digest, fresh));
        return verified.map(Known::caller);
    }

    private Optional<Known> verified(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (bringsItsOwnKey(jwt.getHeader())) {
                return Optional.empty();
            }
            // Before: should the keys change meanwhile, it is verified again, which costs time only.
            JWKSet by = keys.current();
            JWTClaimsSet claims = processor.process(jwt, null);
            if (claims.getSubject() == null || claims.getExpirationTime() == null) {
                return Optional.empty();
            }
            Caller caller = new Caller(claims.getSubject(), roles(claims), texts(claims, settings.useCasesClaim()));
            Instant expires = claims.getExpirationTime().toInstant().plus(settings.clockSkew());
            return Optional.of(new Known(caller, expires, by));
        } catch (ParseException | BadJOSEException | JOSEException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Nothing here would use such a key; no honest issuer sends one. */
    private static boolean bringsItsOwnKey(JWSHeader header) {
        return header.getJWK() != null
                || header.getJWKURL() != null
                || header.getX509CertURL() != null
                || header.getX509CertChain() != null;
    }

    private Set<Role> roles(JWTClaimsSet claims) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        texts(claims, settings.rolesClaim()).forEach(text -> Role.of(text).ifPresent(roles::add));
        return roles;
    }

    /** A claim by its name, or along dots into objects: a list of texts, or one text with spaces between. */
    private static Set<String> texts(JWTClaimsSet claims, String path) {
        Object value = claims.getClaim(path);
        if (value == null) {
            value = claims.getClaims();
            for (String part : path.split("\\.")) {
                value = value instanceof Map<?, ?> object ? object.get(part) : null;
            }
        }
        return texts(value);
    }

    private static Set<String> texts(@Nullable Object value) {
        Set<String> texts = new HashSet<>();
        if (value instanceof String text) {
            texts.addAll(Arrays.asList(text.split(" ")));
        } else if (value instanceof List<?> list) {
            list.forEach(each -> {
                if (each instanceof String text) {
                    texts.add(text);
                }
            });
        }
        texts.remove("");
        return texts;
    }
}
