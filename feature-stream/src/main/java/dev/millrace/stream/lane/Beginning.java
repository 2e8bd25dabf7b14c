package dev.millrace.stream.lane;

/**
 * What a new query starts from.
 *
 * @param offsets of its topics, as Spark's Kafka source wants them
 * @param initial a folder with rows of {@link InitialState}, or empty
 */
public record Beginning(String offsets, String initial) {
    /** Every record that there is, and no state. */
    public static final Beginning OF_ALL = new Beginning("earliest", "");
}
