package dev.millrace.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuerKeysTests {
    private static final String OLD = "the identity provider's keys cannot be read, the last good ones are used";

    private final TestClock clock = new TestClock(Instant.parse("2026-03-01T12:00:00Z"));

    @TempDir
    private Path folder;

    private TestIssuer issuer;

    @BeforeEach
    void start() throws Exception {
        issuer = new TestIssuer();
    }

    private IssuerKeys keys() throws Exception {
        return new IssuerKeys(
                issuer,
                URI.create("https://issuer.example.org/jwks").toURL(),
                Optional.of(folder.resolve("kept/jwks.json")),
                clock);
    }

    private static boolean knows(IssuerKeys keys, String id) {
        return !keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(id).build()), null)
                .isEmpty();
    }

    @Test
    void startsWithTheKeptKeysWhileTheProviderIsDownAndGoesOnWithItsOwn() throws Exception {
        assertThat(keys().trouble()).isEmpty();
        issuer.goDown();
        IssuerKeys keys = keys();
        assertThat(knows(keys, "first")).isTrue();
        assertThat(keys.trouble()).contains(OLD);
        issuer.rotate("second");
        issuer.comeUp();
        keys.refresh();
        assertThat(keys.trouble()).isEmpty();
        assertThat(knows(keys, "second")).isTrue();
        assertThat(knows(keys, "first")).isFalse();
    }

    @Test
    void startsWithoutAnyKeys() throws Exception {
        issuer.goDown();
        IssuerKeys keys = keys();
        assertThat(knows(keys, "first")).isFalse();
        assertThat(keys.trouble()).contains(OLD);
        Files.createDirectories(folder.resolve("kept"));
        Files.writeString(folder.resolve("kept/jwks.json"), "{");
        assertThat(knows(keys(), "first")).isFalse();
    }

    @Test
    void keepsNoPrivateKey() throws Exception {
        keys();
        assertThat(issuer.published()).contains("\"d\":").describedAs("a private part");
        assertThat(Files.readString(folder.resolve("kept/jwks.json")))
                .contains("\"first\"")
                .doesNotContain("\"d\":");
    }

    @Test
    void anUnknownKeyIsAskedForAtMostEveryTenSeconds() throws Exception {
        IssuerKeys keys = keys();
        issuer.rotate("second");
        assertThat(knows(keys, "second")).isTrue();
        int asked = issuer.asked();
        issuer.rotate("third");
        clock.move(IssuerKeys.LEAST_BETWEEN_QUESTIONS.minusMillis(1));
        for (int i = 0; i < 100; i++) {
            assertThat(knows(keys, "third")).isFalse();
        }
        assertThat(issuer.asked()).isEqualTo(asked);
        clock.move(Duration.ofMillis(1));
        assertThat(knows(keys, "third")).isTrue();
    }

    @Test
    void unknownKeysTakeNoKnownOnesAway() throws Exception {
        IssuerKeys keys = keys();
        issuer.goDown();
        for (int i = 0; i < 10; i++) {
            clock.move(IssuerKeys.LEAST_BETWEEN_QUESTIONS);
            assertThat(knows(keys, "made up " + i)).isFalse();
            assertThat(knows(keys, "first")).isTrue();
        }
    }

    @Test
    void aSetWithoutPublicKeysIsNone() throws Exception {
        IssuerKeys keys = keys();
        for (String useless : new String[] {
            "{\"keys\": []}",
            "<html>",
            new JWKSet(new OctetSequenceKeyGenerator(256).keyID("mac").generate()).toString(false)
        }) {
            issuer.publish(useless);
            keys.refresh();
            assertThat(keys.trouble()).as(useless).contains(OLD);
            assertThat(knows(keys, "first")).isTrue();
            assertThat(knows(keys, "mac")).isFalse();
        }
    }
}
