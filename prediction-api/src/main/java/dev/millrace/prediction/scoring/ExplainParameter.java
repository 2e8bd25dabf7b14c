package dev.millrace.prediction.scoring;

import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.event.InvalidEventException.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.web.util.UriComponentsBuilder;

/** How many contributions a caller wants to see. */
final class ExplainParameter {

    /** Its name in the query. */
    static final String NAME = "explain";

    static final int GREATEST = 1_000;

    private ExplainParameter() {}

    /** 0 when it is not asked for. */
    static int of(HttpServletRequest request) throws RequestException {
        String query = request.getQueryString();
        if (query == null) {
            return 0;
        }
        String text = UriComponentsBuilder.newInstance()
                .query(query)
                .build()
                .getQueryParams()
                .getFirst(NAME);
        if (text == null) {
            return 0;
        }
        try {
            int most = Integer.parseInt(text);
            if (most >= 0 && most <= GREATEST) {
                return most;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw RequestException.invalid(List.of(new Violation(
                NAME, "out-of-range", "'%s': expected a whole number from 0 to %d".formatted(NAME, GREATEST))));
    }
}
