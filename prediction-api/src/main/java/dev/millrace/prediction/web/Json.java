package dev.millrace.prediction.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schema.event.InvalidEventException.Violation;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.ServerResponse;

/** Answers of routes that are made from definitions. */
public final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Seconds. */
    private static final String RETRY_AFTER = "1";

    private Json() {}

    /** In whose words callers are told what is wrong. */
    public enum Errors {
        /** RFC 9457. */
        PROBLEM,
        /** The same, and {@code error} as the Open Inference Protocol has it: the detail once more. */
        INFERENCE
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value.getClass().getSimpleName() + " as JSON", e);
        }
    }

    public static ServerResponse ok(Object value) {
        return ServerResponse.ok().contentType(MediaType.APPLICATION_JSON).body(bytes(value));
    }

    public static void write(HttpServletResponse response, byte[] json) throws IOException {
        write(response, 200, MediaType.APPLICATION_JSON_VALUE, json);
    }

    private static void write(HttpServletResponse response, int status, String type, byte[] body) throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(body.length);
        // All of it is there with that, so the container sends it at once: what is done afterwards keeps no caller
        // waiting.
        response.getOutputStream().write(body);
    }

    /** A caller's fault as {@code application/problem+json}; names each field. */
    public static ServerResponse problem(RequestException e) {
        return problem(e, Errors.PROBLEM);
    }

    /** The same. */
    public static ServerResponse problem(RequestException e, Errors words) {
        return ServerResponse.status(e.status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body(e, words));
    }

    /** The same. */
    static void write(HttpServletResponse response, RequestException e, Errors words) throws IOException {
        write(response, e.status(), MediaType.APPLICATION_PROBLEM_JSON_VALUE, body(e, words));
    }

    /** The same as part of something. */
    public static String problemText(RequestException e) {
        return new String(body(e, Errors.PROBLEM), StandardCharsets.UTF_8);
    }

    /** The same as part of something. */
    public static String unavailableText(Unavailable why) {
        return new String(body(why, Errors.PROBLEM), StandardCharsets.UTF_8);
    }

    private static byte[] body(RequestException e, Errors words) {
        List<Map<String, String>> errors = new ArrayList<>();
        for (Violation violation : e.violations()) {
            errors.add(Map.of("field", violation.field(), "code", violation.code(), "message", violation.message()));
        }
        return bytes(body(e.status(), e.code(), String.valueOf(e.getMessage()), errors, words));
    }

    /** A failure that is not the caller's: there is nothing that could answer now. */
    public static ServerResponse unavailable(Unavailable why) {
        return ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER)
                .body(body(why, Errors.PROBLEM));
    }

    /** The same. */
    static void write(HttpServletResponse response, Unavailable why, Errors words) throws IOException {
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER);
        write(response, 503, MediaType.APPLICATION_PROBLEM_JSON_VALUE, body(why, words));
    }

    private static byte[] body(Unavailable why, Errors words) {
        return bytes(body(HttpStatus.SERVICE_UNAVAILABLE.value(), why.code(), why.detail(), List.of(), words));
    }

    private static Map<String, Object> body(
            int status, String code, String detail, List<Map<String, String>> errors, Errors words) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "about:blank");
        HttpStatus known = HttpStatus.resolve(status);
        body.put("title", known == null ? "Error" : known.getReasonPhrase());
        body.put("status", status);
        body.put("code", code);
        body.put("detail", detail);
        if (words == Errors.INFERENCE) {
            body.put("error", detail);
        }
        if (!errors.isEmpty()) {
            body.put("errors", errors);
        }
        return body;
    }
}
