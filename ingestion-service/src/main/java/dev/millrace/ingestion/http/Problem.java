package dev.millrace.ingestion.http;

import org.springframework.http.HttpStatus;

/** A request that cannot be carried out, as the caller gets to see it. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final String code;
    private final String field;
    private final String detail;

    /** @param field empty when it is about the request as a whole */
    Problem(HttpStatus status, String code, String detail, String field) {
        super(detail);
        this.status = status;
        this.code = code;
        this.detail = detail;
        this.field = field;
    }

    HttpStatus status() {
        return status;
    }

    String code() {
        return code;
    }

    String detail() {
        return detail;
    }

    String field() {
        return field;
    }
}
