package dev.millrace.prediction;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Bodies of which none is a request that could be answered. */
final class MalformedBodies {

    private static final String VALID = "{\"sender\":\"ann\",\"depot\":1,\"price\":7,\"grams\":8}";

    private MalformedBodies() {}

    /** Up to the greatest that a decimal in Java may have, and one beyond. */
    private static long exponent(Random random) {
        return random.nextBoolean() ? 10 + random.nextInt(1_000_000_000) : 2L + Integer.MAX_VALUE - random.nextInt(4);
    }

    static byte[] any(Random random) {
        return switch (random.nextInt(11)) {
            case 0 -> VALID.substring(0, random.nextInt(VALID.length())).getBytes(StandardCharsets.UTF_8);
            case 1 -> {
                byte[] noise = new byte[random.nextInt(2_000)];
                random.nextBytes(noise);
                yield noise;
            }
            case 2 -> ("[".repeat(random.nextInt(50_000)) + VALID).getBytes(StandardCharsets.UTF_8);
            case 3 -> ("{\"price\":" + "{\"a\":".repeat(33 + random.nextInt(1_000))).getBytes(StandardCharsets.UTF_8);
            case 4 ->
                ("{\"sender\":\"ann\",\"depot\":1,\"price\":1" + "0".repeat(random.nextInt(5_000)) + "e"
                                + exponent(random) + "}")
                        .getBytes(StandardCharsets.UTF_8);
            case 5 -> (VALID + VALID).getBytes(StandardCharsets.UTF_8);
            case 6 -> VALID.replace("\"grams\"", "\"price\"").getBytes(StandardCharsets.UTF_8);
            case 7 -> {
                byte[] broken = VALID.getBytes(StandardCharsets.UTF_8);
                // No UTF-8, in the middle of a name or a value.
                broken[13] = (byte) (0x80 + random.nextInt(0x40));
                yield broken;
            }
            case 8 -> {
                // UTF-32, at least by its first bytes, of characters that there are none of.
                byte[] broken = new byte[8 + 4 * random.nextInt(100)];
                Arrays.fill(broken, (byte) 0x7f);
                System.arraycopy(
                        random.nextBoolean() ? new byte[] {0, 0, 0, '['} : new byte[] {0, 0, (byte) 0xfe, (byte) 0xff},
                        0,
                        broken,
                        0,
                        4);
                yield broken;
            }
            case 9 -> {
                StringBuilder names = new StringBuilder(VALID).deleteCharAt(VALID.length() - 1);
                for (int i = random.nextInt(10_000); i >= 0; i--) {
                    names.append(",\"n").append(i).append("\":0");
                }
                yield names.append('}').toString().getBytes(StandardCharsets.UTF_8);
            }
            default ->
                ("{\"sender\":\"" + "x".repeat(random.nextInt(100_000)) + "\",\"depot\":[1],\"price\":null}")
                        .getBytes(StandardCharsets.UTF_8);
        };
    }
}
