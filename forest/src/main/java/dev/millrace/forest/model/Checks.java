package dev.millrace.forest.model;

/** What the records of this package share: a message that says what was expected and what came. */
final class Checks {

    private Checks() {}

    static void require(boolean holds, String expected, Object about, Object came) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + expected.formatted(about) + ", but came " + came);
        }
    }
}
