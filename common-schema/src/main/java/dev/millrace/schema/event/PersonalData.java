package dev.millrace.schema.event;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule.Personal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Keeps personal data from everything behind the services that take it: hashed or dropped in events and requests, encrypted where an
 * event cannot be read. What two processes hash with the same secret meets: an event, what is asked about it, and its truth.
 */
public final class PersonalData {
    /** Bytes that a secret has at least. */
    public static final int SHORTEST_SECRET = 16;

    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec hashKey;
    private final SecretKeySpec cipherKey;
    private final SecureRandom random = new SecureRandom();

    /** @param secret of at least {@value #SHORTEST_SECRET} bytes */
    public PersonalData(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SHORTEST_SECRET) {
            throw new IllegalArgumentException(
                    "expected a secret of at least %d bytes, but came %d".formatted(SHORTEST_SECRET, bytes.length));
        }
        SecretKeySpec master = new SecretKeySpec(bytes, "HmacSHA256");
        this.hashKey = new SecretKeySpec(hmac(master, "hash".getBytes(StandardCharsets.UTF_8)), "HmacSHA256");
        this.cipherKey = new SecretKeySpec(hmac(master, "encrypt".getBytes(StandardCharsets.UTF_8)), "AES");
    }

    /** Replaces the event's personal fields: the same value always has the same hash. */
    public void mask(EventType type, GenericRecord event) {
        for (String field : type.rules().keySet()) {
            event.put(field, masked(type, field, event.get(field)));
        }
    }

    /** What is kept of one field's value: itself, its hash, or nothing. */
    public @Nullable Object masked(EventType type, String field, @Nullable Object value) {
        Optional<Personal> treatment = type.rule(field).personal();
        if (value == null || treatment.isEmpty()) {
            return value;
        }
        return switch (treatment.get()) {
            case HASH -> hash(value.toString());
            case DROP -> null;
        };
    }

    /** 128 bits of HMAC-SHA-256, hex. */
    private String hash(String value) {
        byte[] hash = hmac(hashKey, value.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, 16);
    }

    private static byte[] hmac(SecretKeySpec key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }

    /** AES-GCM: 12 bytes of nonce, then the text with its tag. */
    public byte[] encrypt(byte[] bytes) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, bytes);
        return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    }

    /** What {@link #encrypt} was given, for replaying a dead letter. */
    public byte[] decrypt(byte[] sealed) {
        return cipher(
                Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), Arrays.copyOfRange(sealed, NONCE, sealed.length));
    }

    private byte[] cipher(int mode, byte[] nonce, byte[] bytes) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, cipherKey, new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("Expected bytes that this service's key has encrypted", e);
        }
    }
}
