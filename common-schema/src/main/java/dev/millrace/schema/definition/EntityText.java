package dev.millrace.schema.definition;

import java.util.List;
import java.util.function.Function;
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
        StringBuilder joined = new StringBuilder();
        for (String field : fields) {
            if (!joined.isEmpty()) {
                joined.append('|');
            }
            joined.append(text(valueOf.apply(field)).replace("\\", "\\\\").replace("|", "\\|"));
        }
        return joined.toString();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
