package dev.millrace.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTests {
    private static final Rule SCORE = new Rule.Needs(Role.SCORER);
    private static final Rule READ = new Rule.Needs(Role.READER);

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
