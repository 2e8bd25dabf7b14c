package dev.millrace.forest;

/** The one way in which reading a model fails: a stable code, what was expected, and what came. */
public final class ModelFormatException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the file. The id is stable: it is in answers, logs and metric labels. */
    public enum Code {
        /** The bytes are not the syntax that they should be, or end too early. */
        MALFORMED("model-malformed"),
        /** The syntax is right, but a field is missing, of another type, or out of range. */
        INVALID("model-invalid"),
        /** The model is of a kind that this reader refuses. */
        UNSUPPORTED("model-unsupported"),
        /** The bytes are not those that the manifest names. */
        DIGEST("model-digest"),
        /** The model does not reproduce its own golden rows. */
        GOLDEN("model-golden");

        private final String id;

        Code(String id) {
            this.id = id;
        }

        public String id() {
            return id;
        }
    }

    /** Of what came or was expected: messages are logged, and a file's texts have any length. */
    private static final int MOST_SHOWN = 2_000;

    private final Code code;
    private final String expected;
    private final String came;

    public ModelFormatException(Code code, String expected, String came) {
        super("%s: expected %s, but came %s".formatted(code.id(), cut(expected), cut(came)));
        this.code = code;
        this.expected = cut(expected);
        this.came = cut(came);
    }

    private static String cut(String text) {
        return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text;
    }

    public static ModelFormatException malformed(String expected, String came) {
        return new ModelFormatException(Code.MALFORMED, expected, came);
    }

    public static ModelFormatException invalid(String expected, String came) {
        return new ModelFormatException(Code.INVALID, expected, came);
    }

    public static ModelFormatException unsupported(String expected, String came) {
        return new ModelFormatException(Code.UNSUPPORTED, expected, came);
    }

    public Code code() {
        return code;
    }

    public String expected() {
        return expected;
    }

    public String came() {
        return came;
    }
}
