package dev.millrace.ingestion.http;

import dev.millrace.ingestion.kafka.EventSender.KafkaUnavailableException;
import dev.millrace.web.Problems;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What this service refuses, and why it cannot take events now. Before what is nobody's own: {@link Problems}. */
@Order(0)
@RestControllerAdvice
class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    @ExceptionHandler
    ProblemDetail refused(Problem problem) {
        ProblemDetail detail = Problems.problem(problem.status(), problem.code(), problem.detail());
        if (!problem.field().isEmpty()) {
            detail.setProperty("field", problem.field());
        }
        return detail;
    }

    @ExceptionHandler
    ProblemDetail refused(RefusedEvents refused) {
        EventAnswer.Refused first = refused.answer().results().getFirst();
        ProblemDetail detail = Problems.problem(HttpStatus.BAD_REQUEST, first.code(), first.message());
        detail.setProperty("field", first.field());
        detail.setProperty("results", refused.answer().results());
        return detail;
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unavailable(KafkaUnavailableException e) {
        LOG.warn("Kafka does not take events: {}", String.valueOf(e.getCause()));
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(Problems.problem(
                        HttpStatus.SERVICE_UNAVAILABLE, "kafka-unavailable", String.valueOf(e.getMessage())));
    }
}
