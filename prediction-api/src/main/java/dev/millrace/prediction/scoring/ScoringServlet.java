package dev.millrace.prediction.scoring;

import dev.millrace.prediction.web.Admission;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.prediction.web.LargeBodies;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.web.RequestContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;

/** Scores one event a request: under each model's own path, and under its name. */
public final class ScoringServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    private final transient Map<String, Endpoint> endpoints;
    private final transient Marker warmUp;

    /** @param warmUp is on requests that are answered, but no predictions */
    public ScoringServlet(Endpoints endpoints, Admission admission, LargeBodies large, Marker warmUp) {
        super(admission, large, Json.Errors.PROBLEM);
        this.endpoints = endpoints.single();
        this.warmUp = warmUp;
    }

    /** Where it is to be found. */
    public Collection<String> paths() {
        return endpoints.keySet();
    }

    @Override
    protected void answer(HttpServletRequest request, byte[] body, HttpServletResponse response)
            throws IOException, RequestException {
        Endpoint endpoint = Objects.requireNonNull(endpoints.get(request.getServletPath()), "one of its paths");
        RequestContext context = RequestContext.of(request);
        boolean answered = warmUp.isOn(request)
                ? endpoint.rehearse(body, context, json -> Json.write(response, json))
                : endpoint.answer(body, context, ExplainParameter.of(request), json -> Json.write(response, json));
        if (!answered) {
            refuse(response, endpoint.unanswered());
        }
    }
}
