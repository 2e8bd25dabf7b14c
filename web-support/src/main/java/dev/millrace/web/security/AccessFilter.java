package dev.millrace.web.security;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Before everything that is served: lets a request through when its operation's rule allows it for its caller, and puts the
 * {@link Caller} on it. What no rule names is denied. What belongs to another use case is as if it were not there.
 */
public final class AccessFilter implements Filter {

    /** Two readers of such a path may see two paths: the one that decides here, and the one that serves. */
    private static final Pattern AMBIGUOUS = Pattern.compile("[;\\\\]|//|/\\.|%(2e|2f|5c|3b|25|00)");

    private final Access access;
    private final Rules rules;
    private final Optional<ProcessKey> own;
    private final MeterRegistry meters;

    /** @param own what the service calls itself with */
    public AccessFilter(Access access, Rules rules, Optional<ProcessKey> own, MeterRegistry meters) {
        this.access = access;
        this.rules = rules;
        this.own = own;
        this.meters = meters;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        Verdict verdict = switch (access.mode()) {
            case ON -> verdict(http);
            case OFF -> unlessAnotherMethod(http, Caller.LOCAL);
            case OPEN -> unlessAnotherMethod(http, Caller.ANYBODY);
        };
        switch (verdict) {
            case Verdict.Let(Caller caller) -> {
                caller.putOn(http);
                chain.doFilter(http.getMethod().equals("HEAD") ? new HeadAsGet(http) : http, response);
            }
            case Verdict.Refuse(Refusal refusal) -> {
                meters.counter("requests_refused_total", "code", refusal.code()).increment();
                refusal.writeTo((HttpServletResponse) response);
            }
        }
    }

    private Verdict verdict(HttpServletRequest request) {
        String path = request.getRequestURI();
        if (isAmbiguous(path)) {
            return new Verdict.Refuse(Refusal.BAD_PATH);
        }
        Optional<Rule> rule = rules.of(request.getMethod(), path);
        if (rule.isPresent() && rule.get() instanceof Rule.Open) {
            return new Verdict.Let(Caller.NOBODY);
        }
        return switch (caller(request)) {
            case Credentials.Outcome.Unknown(Refusal refusal) -> new Verdict.Refuse(refusal);
            case Credentials.Outcome.Known(Caller caller) ->
                rule.filter(found -> access.shows(found, caller))
                        .map(found -> Access.allowed(found, caller))
                        .orElseGet(() -> new Verdict.Refuse(notServed(request, shown -> access.shows(shown, caller))));
        };
    }

    private Verdict unlessAnotherMethod(HttpServletRequest request, Caller caller) {
        String path = request.getRequestURI();
        return rules.of(request.getMethod(), path).isPresent()
                        || rules.methods(path, any -> true).isEmpty()
                ? new Verdict.Let(caller)
                : new Verdict.Refuse(notServed(request, any -> true));
    }

    private Refusal notServed(HttpServletRequest request, Predicate<Rule> shown) {
        List<String> methods = rules.methods(request.getRequestURI(), shown);
        return methods.isEmpty() ? Refusal.NOT_FOUND : Refusal.methodNotAllowed(methods);
    }

    private static boolean isAmbiguous(String path) {
        // Most paths have none of these: no need for the pattern.
        return (path.indexOf('%') >= 0
                        || path.indexOf(';') >= 0
                        || path.indexOf('\\') >= 0
                        || path.contains("//")
                        || path.contains("/."))
                && AMBIGUOUS.matcher(path.toLowerCase(Locale.ROOT)).find();
    }

    private Credentials.Outcome caller(HttpServletRequest request) {
        return own.isPresent() && own.get().isOn(request)
                ? new Credentials.Outcome.Known(ProcessKey.CALLER)
                : access.credentials().of(name -> request.getHeaders(name).asIterator());
    }
}
