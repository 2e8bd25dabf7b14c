package dev.millrace.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * Says what Tomcat itself refuses, before a filter of ours sees it, as all other errors are said: headers of more than 8 KiB, a
 * request line that is none.
 */
public final class ProblemValve extends ErrorReportValve {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    protected void report(Request request, Response response, @Nullable Throwable why) {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", status.getReasonPhrase());
        problem.put("status", status.value());
        problem.put("code", Problems.code(status));
        problem.put(
                "detail",
                status == HttpStatus.BAD_REQUEST
                        ? "Expected a request line and headers as HTTP/1.1 has them, 8 KiB together at most, but came others"
                        : "The server answers such a request with '%s'".formatted(status.getReasonPhrase()));
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getOutputStream().write(JSON.writeValueAsBytes(problem));
            response.finishResponse();
        } catch (IOException e) {
            container.getLogger().debug("The caller left before it was told what is wrong", e);
        }
    }
}
