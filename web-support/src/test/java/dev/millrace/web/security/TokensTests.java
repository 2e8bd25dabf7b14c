package dev.millrace.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTests {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private TestClock clock;
    private TestIssuer issuer;
    private IssuerKeys keys;
    private Tokens tokens;

    @BeforeEach
    void start() throws Exception {
        clock = new TestClock(NOW);
        issuer = new TestIssuer();
        keys = new IssuerKeys(
                issuer, URI.create("https://issuer.example.org/jwks").toURL(), Optional.empty(), clock);
        tokens = tokens("roles", "use_cases");
    }

    private Tokens tokens(String roles, String useCases) {
        return new Tokens(
                keys,
                new SecuritySettings.Jwt(
                        TestIssuer.ISSUER,
                        TestIssuer.AUDIENCE,
                        "https://issuer.example.org/jwks",
                        "",
                        Duration.ofMinutes(5),
                        List.of("RS256", "PS256", "ES256"),
                        Duration.ofSeconds(30),
                        roles,
                        useCases),
                clock);
    }

    private static JWTClaimsSet.Builder claims() {
        return TestIssuer.claims(NOW);
    }

    @Test
    void aGoodTokenIsItsSubjectWithRolesAndUseCases() throws Exception {
        assertThat(tokens.caller(issuer.token(claims().build())))
                .contains(new Caller("ann", Set.of(Role.SCORER), Set.of("parcels")));
        String access = issuer.token(claims().build(), header -> header.type(new JOSEObjectType("at+jwt")));
        assertThat(tokens.caller(access)).isPresent();
        String several = issuer.token(
                claims().audience(List.of("other", TestIssuer.AUDIENCE)).build());
        assertThat(tokens.caller(several)).isPresent();
    }

    @Test
    void ellipticCurvesAreTaken() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("curve").generate();
        issuer.publish(new JWKSet(key).toString());
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("curve").build(), claims().build());
        token.sign(new ECDSASigner(key));
        assertThat(tokens.caller(token.serialize())).isPresent();
    }

    @TestFactory
    Stream<DynamicTest> badTokensAreNobodys() throws Exception {
        assertThat(tokens.caller(issuer.token(claims().build()))).isPresent();
        return BadTokens.of(issuer.key(), NOW, Duration.ofSeconds(31)).entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(
                        each.getKey(),
                        () -> assertThat(tokens.caller(each.getValue())).isEmpty()));
    }

    /** A changed last character may say the same signature: then it is the same caller. */
    @Test
    void whateverComesItIsTheSameCallerOrNobody() throws Exception {
        String good = issuer.token(claims().build());
        Optional<Caller> caller = tokens.caller(good);
        Random random = new Random(5);
        int nobody = 0;
        for (int i = 0; i < 3_000; i++) {
            StringBuilder changed = new StringBuilder(good);
            for (int change = 0; change <= i % 3; change++) {
                changed.setCharAt(random.nextInt(good.length()), (char) (' ' + random.nextInt(95)));
            }
            Optional<Caller> found = tokens.caller(changed.toString());
            nobody += found.isEmpty() ? 1 : 0;
            assertThat(found.isEmpty() || found.equals(caller))
                    .as(changed::toString)
                    .isTrue();
        }
        assertThat(nobody).isGreaterThan(2_800);
    }

    @Test
    void clocksMayDifferALittleAndNoMore() throws Exception {
        String token = issuer.token(claims().build());
        clock.move(Duration.ofSeconds(300));
        assertThat(tokens.caller(token)).isPresent();
        clock.move(Duration.ofSeconds(29));
        assertThat(tokens.caller(token)).as("known already").isPresent();
        clock.move(Duration.ofSeconds(1));
        assertThat(tokens.caller(token)).as("known, but over").isEmpty();
    }

    @Test
    void aKnownTokenIsVerifiedAgainWhenTheKeysChange() throws Exception {
        String token = issuer.token(claims().build());
        assertThat(tokens.caller(token)).isPresent();
        issuer.rotate("second");
        keys.refresh();
        assertThat(tokens.caller(token)).isEmpty();
        assertThat(tokens.caller(issuer.token(claims().build()))).isPresent();
    }

    @Test
    void rolesMayBeNestedOrOneText() throws Exception {
        String nested = issuer.token(claims().claim("roles", null)
                .claim("realm_access", Map.of("roles", List.of("reader", "operator", "offline_access", 3)))
                .build());
        assertThat(tokens("realm_access.roles", "use_cases")
                        .caller(nested)
                        .orElseThrow()
                        .roles())
                .containsExactlyInAnyOrder(Role.READER, Role.OPERATOR);
        String scope = issuer.token(claims().claim("scope", "openid scorer").build());
        assertThat(tokens("scope", "use_cases").caller(scope).orElseThrow().roles())
                .containsExactly(Role.SCORER);
        String url = issuer.token(
                claims().claim("https://example.org/roles", List.of("admin")).build());
        assertThat(tokens("https://example.org/roles", "use_cases")
                        .caller(url)
                        .orElseThrow()
                        .roles())
                .containsExactly(Role.ADMIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"roles", "use_cases"})
    void whatATokenDoesNotSayNobodyGets(String claim) throws Exception {
        Caller caller =
                tokens.caller(issuer.token(claims().claim(claim, null).build())).orElseThrow();
        assertThat(caller.may(Role.READER) && caller.sees("parcels")).isFalse();
    }
}
