package dev.millrace.schema.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text of a key: the same wherever an entity is named, in Kafka keys, Redis keys and requests. Several fields are
 * joined with {@code |}; a {@code |} or {@code \} inside a value gets a {@code \} before it.
 */
public final class EntityText {
    private EntityText() {}

    /** Missing values have the empty text. */
    public static String join(List<String> fields, Function<String, @Nullable Object> valueOf) {
        if (fields.size() == 1) {
            return text(valueOf.apply(fields.getFirst()));
        }
        return fields.stream()
                .map(field -> text(valueOf.apply(field)).replace("\\", "\\\\").replace("|", "\\|"))
                .collect(Collectors.joining("|"));
    }

    /** The values that {@link #join} joined. A last {@code \}, which it never writes, stands for itself. */
    public static List<String> split(String joined, int fields) {
        if (fields == 1) {
            return List.of(joined);
        }
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < joined.length(); i++) {
            char next = joined.charAt(i);
            if (next == '|') {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append(next == '\\' && i + 1 < joined.length() ? joined.charAt(++i) : next);
            }
        }
        values.add(value.toString());
        return values;
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
