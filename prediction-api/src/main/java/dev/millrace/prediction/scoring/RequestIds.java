package dev.millrace.prediction.scoring;

import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** What a request is called in answers and logs. */
final class RequestIds {

    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestIds() {}

    /** The caller's own, so that both sides can name the request. */
    static String of(HttpServletRequest request) {
        String given = request.getHeader("X-Request-ID");
        return given != null && PATTERN.matcher(given).matches() ? given : fresh();
    }

    /** Unique, but not hard to guess: nothing rests on that. */
    private static String fresh() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
