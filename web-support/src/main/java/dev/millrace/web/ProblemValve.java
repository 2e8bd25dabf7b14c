package dev.millrace.web;

import dev.millrace.web.security.Refusal;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Says what Tomcat itself refuses, before a filter of ours sees it, as all other errors are said: headers of more than 8 KiB, a
 * request line that is none.
 */
public final class ProblemValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable why) {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String detail = status == HttpStatus.BAD_REQUEST
                ? "Expected a request line and headers as HTTP/1.1 has them, 8 KiB together at most, but came others"
                : "The server answers such a request with '%s'".formatted(status.getReasonPhrase());
        try {
            new Refusal(status.value(), status.getReasonPhrase(), Problems.code(status), detail, null, null)
                    .writeTo(response);
            response.finishResponse();
        } catch (IOException e) {
            container.getLogger().debug("The caller left before it was told what is wrong", e);
        }
    }
}
