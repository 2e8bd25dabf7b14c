package dev.millrace.feature.state;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/** 64 bits that stand for a text or for bytes: the same in every release and on every machine. */
public final class Fingerprint {
    private Fingerprint() {}

    public static long of(String text) {
        return Hashing.farmHashFingerprint64()
                .hashString(text, StandardCharsets.UTF_8)
                .asLong();
    }

    static long of(byte[] bytes) {
        return Hashing.farmHashFingerprint64().hashBytes(bytes).asLong();
    }
}
