package dev.millrace.feature.operation;

/** What an operation is given of each event. */
public enum Argument {
    /** {@code all}: nothing but that it happened. */
    EVENTS("all"),
    /** A decimal or whole number of at most 12 digits, or an expression that is rounded to one. */
    NUMBER("a number, such as amount"),
    /** True or false. */
    CONDITION("a condition, such as \"amount > 10.0\""),
    /** Any field: only whether two values are the same matters. */
    VALUE("a field"),
    /** A field of few values, a truth or a time: kept as a number. */
    SYMBOL("an enum, boolean or timestamp field");

    private final String text;

    Argument(String text) {
        this.text = text;
    }

    /** For people who write definitions. */
    public String text() {
        return text;
    }
}
