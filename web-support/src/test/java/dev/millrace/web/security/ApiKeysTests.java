package dev.millrace.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysTests {
    private static final String OLD = "the file of API keys cannot be read, the last good keys are used";

    private final TestClock clock = new TestClock(Instant.parse("2026-03-01T12:00:00Z"));

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = folder.resolve("keys");
        Files.writeString(file, """
                # Who may what.

                app    sha256:%s  scorer,reader  parcels,letters  2026-03-01T12:00:10Z
                boss   sha256:%s  admin          *                never
                """.formatted(ApiKey.digest("the app's"), ApiKey.digest("the boss's")));
    }

    @Test
    void aKeyIsItsOwnersUntilItExpires() {
        ApiKeys keys = new ApiKeys(file, clock);
        assertThat(keys.caller("the app's"))
                .contains(new Caller("app", Set.of(Role.SCORER, Role.READER), Set.of("parcels", "letters")));
        assertThat(keys.caller("the boss's").orElseThrow().sees("anything")).isTrue();
        assertThat(keys.caller("")).isEmpty();
        assertThat(keys.caller(ApiKey.digest("the app's"))).isEmpty();
        clock.move(Duration.ofSeconds(9));
        assertThat(keys.caller("the app's")).isPresent();
        clock.move(Duration.ofSeconds(1));
        assertThat(keys.caller("the app's")).isEmpty();
        assertThat(keys.caller("the boss's")).isPresent();
    }

    @Test
    void aChangedFileIsReadAgainAndABrokenOneIsNot() throws Exception {
        ApiKeys keys = new ApiKeys(file, clock);
        String good = Files.readString(file);
        for (String broken : new String[] {"", "# nobody", "app", good + good, good + "x sha256:1 reader * never"}) {
            Files.writeString(file, broken);
            keys.reload();
            assertThat(keys.trouble()).as(broken).contains(OLD);
            assertThat(keys.caller("the app's")).isPresent();
        }
        Files.delete(file);
        keys.reload();
        assertThat(keys.trouble()).contains(OLD);
        Files.writeString(file, good);
        keys.reload();
        assertThat(keys.trouble()).isEmpty();
        Files.writeString(file, good.replace(ApiKey.digest("the app's"), ApiKey.digest("the app's new")));
        keys.reload();
        assertThat(keys.caller("the app's")).isEmpty();
        assertThat(keys.caller("the app's new")).isPresent();
    }

    @Test
    void saysAllThatIsWrongAndShowsNoKey() throws Exception {
        Files.writeString(file, """
                a@b mr_secret boss , tomorrow
                short mr_secret
                one sha256:%1$s reader * never
                one sha256:%1$s reader * never
                """.formatted(ApiKey.digest("k")));
        assertThatThrownBy(() -> new ApiKeys(file, clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the file of API keys is wrong: line 1: expected an id of 1 to 64 letters, digits, dots,"
                        + " dashes or underscores; expected sha256: and 64 hexadecimal digits, made by ./millrace"
                        + " key; expected roles out of reader, scorer, operator, admin; expected names of use cases,"
                        + " or * for all; expected never or a time such as 2027-01-31T00:00:00Z as the end; line 2:"
                        + " expected ID sha256:DIGEST ROLES USE-CASES EXPIRES, but came 2 words; line 4: the id"
                        + " stands there twice; line 4: the key stands there twice");
        assertThatThrownBy(() -> new ApiKeys(folder.resolve("none"), clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cannot read the API keys of MILLRACE_API_KEYS: ");
    }

    @Test
    void aNewKeyOpensWithTheLineThatCameWithIt() throws Exception {
        String[] lines = NewKey.text(new SecureRandom(), "new", "scorer,reader", "*", "never")
                .lines()
                .toArray(String[]::new);
        String key = lines[1].strip();
        assertThat(key).matches("mr_[A-Za-z0-9_-]{43}");
        assertThat(lines[3].strip()).isEqualTo("new sha256:" + ApiKey.digest(key) + " reader,scorer * never");
        Files.writeString(file, lines[3]);
        assertThat(new ApiKeys(file, clock).caller(key))
                .contains(new Caller("new", Set.of(Role.SCORER, Role.READER), Set.of("*")));
        assertThatThrownBy(() -> NewKey.text(new SecureRandom(), "new", "king", "*", "never"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected roles out of reader, scorer, operator, admin");
    }
}
