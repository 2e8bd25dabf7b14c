package dev.millrace.prediction.scoring;

import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/** A header that only this process can send: it is on the requests that warm the service up and are no predictions. */
public final class Marker {

    private static final String HEADER = "X-Millrace-Warm-Up";

    private final String secret;

    /** @param random not to be foreseen: what bears the mark is answered and not counted */
    public Marker(SecureRandom random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        this.secret = HexFormat.of().formatHex(bytes);
    }

    boolean isOn(HttpServletRequest request) {
        return secret.equals(request.getHeader(HEADER));
    }

    /** Its name and value. */
    public Map.Entry<String, String> header() {
        return Map.entry(HEADER, secret);
    }
}
