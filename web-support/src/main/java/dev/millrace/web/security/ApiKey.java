package dev.millrace.web.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One line of the file of keys: {@code ID sha256:DIGEST ROLES USE-CASES EXPIRES}, lists with commas, {@code *} for all use
 * cases, {@code never} or a time such as {@code 2027-01-31T00:00:00Z}. The key itself is nowhere but with its owner.
 *
 * @param digest SHA-256 of the key, in hexadecimal
 * @param expires the first moment at which it is refused
 */
record ApiKey(Caller caller, String digest, Instant expires) {

    private static final String NEVER = "never";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /** @throws IllegalArgumentException says all that is wrong with the line, and never shows it: it may hold a key */
    static ApiKey parse(String line) {
        String[] parts = line.strip().split("\\s+");
        if (parts.length != 5) {
            throw new IllegalArgumentException(
                    "expected ID sha256:DIGEST ROLES USE-CASES EXPIRES, but came " + parts.length + " words");
        }
        List<String> problems = new ArrayList<>();
        if (!ID.matcher(parts[0]).matches()) {
            problems.add("expected an id of 1 to 64 letters, digits, dots, dashes or underscores");
        }
        if (!DIGEST.matcher(parts[1]).matches()) {
            problems.add("expected sha256: and 64 hexadecimal digits, made by ./millrace key");
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String text : parts[2].split(",", -1)) {
            Role.of(text)
                    .ifPresentOrElse(
                            roles::add, () -> problems.add("expected roles out of reader, scorer, operator, admin"));
        }
        Set<String> useCases = new TreeSet<>(List.of(parts[3].split(",", -1)));
        if (useCases.contains("")) {
            problems.add("expected names of use cases, or * for all");
        }
        Instant expires = Instant.MAX;
        try {
            expires = parts[4].equals(NEVER) ? Instant.MAX : Instant.parse(parts[4]);
        } catch (DateTimeException e) {
            problems.add("expected never or a time such as 2027-01-31T00:00:00Z as the end");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new ApiKey(new Caller(parts[0], roles, useCases), parts[1].substring("sha256:".length()), expires);
    }

    /** As {@link #parse} reads it. */
    String line() {
        return "%s sha256:%s %s %s %s"
                .formatted(
                        caller.id(),
                        digest,
                        caller.roles().stream().sorted().map(Role::text).collect(Collectors.joining(",")),
                        caller.useCases().stream().sorted().collect(Collectors.joining(",")),
                        expires.equals(Instant.MAX) ? NEVER : expires.toString());
    }

    /** Plain SHA-256 is enough for a key of 256 random bits: there is nothing to guess. */
    static String digest(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
