package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.http.ProblemDetail;

class ProblemsTests {

    @Test
    void whatNobodyForesawTellsNothingOfTheInside() {
        ProblemDetail problem = new Problems().unforeseen(new IllegalStateException("secret"));
        assertThat(problem.getStatus()).isEqualTo(500);
        assertThat(problem.getProperties()).containsEntry("code", "internal");
        assertThat(problem.toString()).doesNotContain("secret");
    }
}
