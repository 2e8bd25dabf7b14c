package dev.millrace.web.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** For handlers that know no HEAD, as those of functional routes: the answer is made as for GET, and the server leaves its body away. */
final class HeadAsGet extends HttpServletRequestWrapper {

    HeadAsGet(HttpServletRequest request) {
        super(request);
    }

    @Override
    public String getMethod() {
        return "GET";
    }
}
