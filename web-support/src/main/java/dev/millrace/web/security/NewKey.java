package dev.millrace.web.security;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes a key: {@code ID ROLES USE-CASES [EXPIRES]}. Prints the key, and the line that goes into the file of keys. */
public final class NewKey {
    private static final int BYTES = 32;

    private NewKey() {}

    public static void main(String[] arguments) {
        if (arguments.length < 3 || arguments.length > 4) {
            System.err.println(
                    "expected ID ROLES USE-CASES [EXPIRES], such as: app scorer my-use-case" + " 2027-01-31T00:00:00Z");
            System.exit(2);
        }
        String end = arguments.length == 4 ? arguments[3] : "never";
        try {
            System.out.println(text(new SecureRandom(), arguments[0], arguments[1], arguments[2], end));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /** @throws IllegalArgumentException says all that is wrong */
    static String text(SecureRandom random, String id, String roles, String useCases, String expires) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        String key = "mr_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        ApiKey line = ApiKey.parse(String.join(" ", id, "sha256:" + ApiKey.digest(key), roles, useCases, expires));
        return """
                The key, for its owner; it is shown only now:
                  %s
                The line for the file that MILLRACE_API_KEYS names:
                  %s""".formatted(key, line.line());
    }
}
