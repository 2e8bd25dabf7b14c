package dev.millrace.web.security;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not carried out, as its caller gets to see it: nothing that helps to guess.
 *
 * @param code stable
 * @param challenge of the header {@code WWW-Authenticate}, after RFC 6750
 * @param allow of the header {@code Allow}
 */
public record Refusal(
        int status,
        String title,
        String code,
        String detail,
        @Nullable String challenge,
        @Nullable String allow) {

    private Refusal(int status, String title, String code, String detail, @Nullable String challenge) {
        this(status, title, code, detail, challenge, null);
    }

    private static final String REALM = "Bearer realm=\"millrace\"";

    static final Refusal NO_CREDENTIALS = unauthenticated(
            "Expected an API key in the header X-API-Key or a token in the header Authorization: Bearer; none came",
            REALM);
    static final Refusal SEVERAL_CREDENTIALS = unauthenticated(
            "Expected one header X-API-Key or one header Authorization, came several; send one",
            REALM + ", error=\"invalid_request\"");
    static final Refusal BAD_CREDENTIALS = unauthenticated(
            "Expected a key or token that is valid here and now; ask whoever runs this service for one",
            REALM + ", error=\"invalid_token\"");
    /** Of a path. */
    public static final String NOTHING_HERE = "Nothing is served here; /openapi.json lists what is";

    static final Refusal NOT_FOUND = new Refusal(404, "Not Found", "not-found", NOTHING_HERE, null);
    static final Refusal BAD_PATH = new Refusal(
            400,
            "Bad Request",
            "bad-path",
            "Expected a path as /openapi.json lists it, without parameters, empty parts, dots or encoded separators",
            null);

    /** @param methods that the path has */
    static Refusal methodNotAllowed(List<String> methods) {
        String allow = String.join(", ", methods);
        return new Refusal(
                405, "Method Not Allowed", "method-not-allowed", "Expected " + allow + " of this path", null, allow);
    }

    private static Refusal unauthenticated(String detail, String challenge) {
        return new Refusal(401, "Unauthorized", "unauthenticated", detail, challenge);
    }

    static Refusal forbidden(Role needed) {
        return new Refusal(
                403,
                "Forbidden",
                "forbidden",
                "Expected a caller with the role " + needed.text() + ", which this one has not",
                REALM + ", error=\"insufficient_scope\", scope=\"" + needed.text() + "\"");
    }

    /** As {@code application/problem+json}. */
    public void writeTo(HttpServletResponse response) throws IOException {
        // Texts of ours without a character that JSON escapes.
        byte[] body = ("{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status + ",\"code\":\""
                        + code + "\",\"detail\":\"" + detail + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        if (challenge != null) {
            response.setHeader("WWW-Authenticate", challenge);
        }
        if (allow != null) {
            response.setHeader("Allow", allow);
        }
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
