package dev.millrace.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTests {
    private static final Rule SCORE = new Rule.Needs(Role.SCORER, new Scope.Process());
    private static final Rule READ = new Rule.Needs(Role.READER, new Scope.Process());

    private final Rules rules = new Rules()
            .add("GET", "/health", new Rule.Open())
            .add("POST", "/score", SCORE)
            .add("POST", "/models/{model}/predict:batch", SCORE)
            .add("GET", "/models/{model}", READ);

    @Test
    void everyOperationHasItsOwn() {
        assertThat(rules.of("GET", "/health")).contains(new Rule.Open());
        assertThat(rules.of("HEAD", "/health")).contains(new Rule.Open());
        assertThat(rules.of("POST", "/score")).contains(SCORE);
        assertThat(rules.of("POST", "/models/late/predict:batch")).contains(SCORE);
        assertThat(rules.of("GET", "/models/late")).contains(READ);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /health",
        "OPTIONS, /score",
        "GET, /score",
        "HEAD, /score",
        "get, /health",
        "GET, /health/",
        "GET, /Health",
        "GET, /models/late/more",
        "GET, /models/",
        "GET, /",
        "POST, /models/late/predict",
    })
    void whatIsNotNamedHasNone(String method, String path) {
        assertThat(rules.of(method, path)).isEmpty();
    }

    @Test
    void whatAUseCaseHasIsItsOwn() {
        Scope.Named named = new Scope.Named("box", Map.of("big", "parcels", "blue", "letters"));
        rules.add("GET", "/boxes/{box}/contents", new Rule.Needs(Role.READER, named));
        assertThat(rules.of("GET", "/boxes/big/contents"))
                .contains(new Rule.Needs(Role.READER, new Scope.Only("parcels")));
        assertThat(rules.of("HEAD", "/boxes/blue/contents"))
                .contains(new Rule.Needs(Role.READER, new Scope.Only("letters")));
        Rule nobodys = new Rule.Needs(Role.READER, named);
        assertThat(rules.of("GET", "/boxes/none/contents")).contains(nobodys);
        assertThat(rules.of("GET", "/boxes/b%69g/contents")).contains(nobodys);
        assertThat(rules.methods("/boxes/big/contents", any -> true)).containsExactly("GET");
        assertThat(rules.methods("/boxes/big/contents", nobodys::equals)).containsExactly("GET");
        assertThat(rules.methods("/boxes/big/contents", READ::equals)).isEmpty();
    }

    @Test
    void rolesIncludeThoseBefore() {
        assertThat(Role.ADMIN.includes(Role.OPERATOR)).isTrue();
        assertThat(Role.OPERATOR.includes(Role.SCORER)).isTrue();
        assertThat(Role.SCORER.includes(Role.READER)).isTrue();
        assertThat(Role.READER.includes(Role.READER)).isTrue();
        assertThat(Role.READER.includes(Role.SCORER)).isFalse();
        assertThat(Role.OPERATOR.includes(Role.ADMIN)).isFalse();
        assertThat(Role.of("operator")).contains(Role.OPERATOR);
        assertThat(Role.of("OPERATOR")).isEmpty();
    }
}
