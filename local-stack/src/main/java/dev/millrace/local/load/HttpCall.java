package dev.millrace.local.load;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** The bytes of one HTTP/1.1 request, made once and sent often. */
public record HttpCall(byte[] bytes) {

    public static HttpCall post(URI url, Map<String, String> headers, String body) {
        return post(url, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /** With a body that may be no text. */
    public static HttpCall post(URI url, Map<String, String> headers, byte[] body) {
        byte[] head = (head("POST", url, headers) + "Content-Type: application/json\r\nContent-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] bytes = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, bytes, head.length, body.length);
        return new HttpCall(bytes);
    }

    public static HttpCall get(URI url, Map<String, String> headers) {
        return new HttpCall((head("GET", url, headers) + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String head(String method, URI url, Map<String, String> headers) {
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        StringBuilder head = new StringBuilder("%s %s%s HTTP/1.1\r\nHost: %s:%d\r\n"
                .formatted(method, url.getRawPath(), query, url.getHost(), url.getPort()));
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head.toString();
    }
}
