package dev.millrace.web.security;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;

/**
 * A header that only this process can send, made anew at each start: with it the service calls itself, to get warm.
 *
 * @param value a secret of at least 128 random bits
 */
public record ProcessKey(String header, String value) {

    static final Caller CALLER = new Caller("this-process", Set.of(Role.SCORER), Set.of(Caller.ALL));

    public ProcessKey {
        if (value.length() < 32) {
            throw new IllegalArgumentException(
                    "expected a secret of at least 32 hexadecimal digits, but came " + value.length() + " characters");
        }
    }

    boolean isOn(HttpServletRequest request) {
        String given = request.getHeader(header);
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "ProcessKey[header=" + header + ", value=***]";
    }
}
