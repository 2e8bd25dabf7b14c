package dev.millrace.ingestion.http;

import dev.millrace.ingestion.kafka.EventSender.KafkaUnavailableException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Makes every error an {@code application/problem+json} with a stable {@code code}. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    /** What Spring refuses by itself gets the name of its status as code: {@code not-found}, {@code method-not-allowed}. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ResponseEntity<Object> answer = super.handleExceptionInternal(e, body, headers, status, request);
        if (answer != null && answer.getBody() instanceof ProblemDetail problem) {
            HttpStatus known = HttpStatus.resolve(status.value());
            problem.setProperty(
                    "code",
                    known == null
                            ? "http-" + status.value()
                            : known.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        return answer;
    }

    @ExceptionHandler
    ProblemDetail refused(Problem problem) {
        ProblemDetail detail = problem(problem.status(), problem.code(), problem.detail());
        if (!problem.field().isEmpty()) {
            detail.setProperty("field", problem.field());
        }
        return detail;
    }

    @ExceptionHandler
    ProblemDetail refused(RefusedEvents refused) {
        EventAnswer.Refused first = refused.answer().results().getFirst();
        ProblemDetail detail = problem(HttpStatus.BAD_REQUEST, first.code(), first.message());
        detail.setProperty("field", first.field());
        detail.setProperty("results", refused.answer().results());
        return detail;
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unavailable(KafkaUnavailableException e) {
        LOG.warn("Kafka does not take events: {}", String.valueOf(e.getCause()));
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem(HttpStatus.SERVICE_UNAVAILABLE, "kafka-unavailable", String.valueOf(e.getMessage())));
    }

    @ExceptionHandler
    ProblemDetail unforeseen(Exception e) {
        LOG.error("A request failed in a way that nobody foresaw", e);
        return problem(HttpStatus.INTERNAL_SERVER_ERROR, "internal", "The request failed; the service's log says why.");
    }

    private static ProblemDetail problem(HttpStatus status, String code, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code);
        return problem;
    }
}
