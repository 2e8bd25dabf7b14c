package dev.millrace.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Gives every request its {@link RequestContext}, says its id in the answer, and puts it into each line of the log. */
final class RequestContextFilter implements Filter {

    private final RequestContexts contexts;

    RequestContextFilter(RequestContexts contexts) {
        this.contexts = contexts;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        RequestContext context = contexts.of(
                http.getHeader(RequestContext.REQUEST_ID_HEADER), http.getHeader(RequestContext.TRACE_PARENT_HEADER));
        context.putOn(http);
        ((HttpServletResponse) response).setHeader(RequestContext.REQUEST_ID_HEADER, context.requestId());
        try (RequestContext.Logged logged = context.inLog()) {
            chain.doFilter(request, response);
        }
    }
}
