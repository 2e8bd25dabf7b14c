package dev.millrace.web;

import dev.millrace.web.security.Refusal;
import java.util.Locale;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.tomcat.util.http.InvalidParameterException;
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
import org.springframework.web.servlet.resource.NoResourceFoundException;

/**
 * Makes every error an {@code application/problem+json} with a stable {@code code}. A service's own advice comes first
 * when it has an {@link org.springframework.core.annotation.Order}.
 */
@RestControllerAdvice
public class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    Problems() {}

    /** @param code stable */
    public static ProblemDetail problem(HttpStatus status, String code, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code);
        return problem;
    }

    /** What Spring refuses by itself gets the name of its status as code: {@code not-found}, {@code method-not-allowed}. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ResponseEntity<Object> answer = super.handleExceptionInternal(e, body, headers, status, request);
        if (answer != null && answer.getBody() instanceof ProblemDetail problem) {
            problem.setProperty("code", code(status));
        }
        return answer;
    }

    /** In the words of the filter of access, which says so where callers have to be known. */
    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return handleExceptionInternal(
                e, ProblemDetail.forStatusAndDetail(status, Refusal.NOTHING_HERE), headers, status, request);
    }

    /** Tomcat finds it out, and only when a parameter is asked for. It repeats what came, which may be a personal datum. */
    @ExceptionHandler(InvalidParameterException.class)
    ProblemDetail unreadableQuery() {
        return problem(
                HttpStatus.BAD_REQUEST,
                "bad-query",
                "Expected a query of the form name=value&name=value in percent-encoded UTF-8, but came another");
    }

    /** There is nobody to answer, or {@link BodyDeadline} answers. */
    @ExceptionHandler
    void unread(ClientAbortException e) {
        LOG.debug("A caller left, or sent its body too slowly", e);
    }

    @ExceptionHandler
    ProblemDetail unforeseen(Exception e) {
        LOG.error("A request failed in a way that nobody foresaw", e);
        return problem(HttpStatus.INTERNAL_SERVER_ERROR, "internal", "The request failed; the service's log says why.");
    }

    static String code(HttpStatusCode status) {
        HttpStatus known = HttpStatus.resolve(status.value());
        return known == null
                ? "http-" + status.value()
                : known.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
