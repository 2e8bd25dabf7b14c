package dev.millrace.local.home;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;

/** Generated passwords and keys of one data folder. */
public record Secrets(String postgresPassword, String s3AccessKey, String s3SecretKey, String maskingKey) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** New ones, kept nowhere. */
    public static Secrets generate() {
        return new Secrets(hex(16), "millrace-" + hex(6), hex(20), hex(32));
    }

    /** Those of {@code file}, which is made, readable by its owner only, when it is not there. */
    public static Secrets in(Path file) {
        try {
            return Files.exists(file) ? read(file) : generate().write(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read or write the generated passwords in " + file, e);
        }
    }

    private static Secrets read(Path file) throws IOException {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return new Secrets(
                required(properties, "postgres.password", file),
                required(properties, "s3.access-key", file),
                required(properties, "s3.secret-key", file),
                required(properties, "masking.key", file));
    }

    private static String required(Properties properties, String key, Path file) {
        String value = properties.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new LocalStackException(
                    "%s has no %s. The data beside it was made with it: put it back, or start over with ./millrace down --purge"
                            .formatted(file, key));
        }
        return value;
    }

    private Secrets write(Path file) throws IOException {
        Folders.madeFor(file);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var properties = new Properties();
        properties.setProperty("postgres.password", postgresPassword);
        properties.setProperty("s3.access-key", s3AccessKey);
        properties.setProperty("s3.secret-key", s3SecretKey);
        properties.setProperty("masking.key", maskingKey);
        try (Writer writer = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
            properties.store(writer, "Generated. Belongs to the data in this folder.");
        }
        Files.move(fresh, file);
        return this;
    }

    private static String hex(int bytes) {
        byte[] value = new byte[bytes];
        RANDOM.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }

    @Override
    public String toString() {
        return "Secrets[***]";
    }
}
