package dev.millrace.training.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One version of a training set's table in the lake, written as {@code lake.NAMESPACE.NAME@SNAPSHOT}.
 *
 * @param namespace the use case's name
 */
public record DatasetVersion(String namespace, String name, long snapshot) {

    private static final Pattern TEXT = Pattern.compile("lake\\.([^.@]+)\\.([A-Za-z_][A-Za-z0-9_]*)@([0-9]{1,19})");

    /** @throws IllegalArgumentException when it is not written like one */
    public static DatasetVersion parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected a table and its snapshot, such as lake.shop.training_returns@123, but came '" + text
                            + "'");
        }
        return new DatasetVersion(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3)));
    }

    public String table() {
        return "lake." + namespace + "." + name;
    }

    @Override
    public String toString() {
        return table() + "@" + snapshot;
    }
}
