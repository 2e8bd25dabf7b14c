package dev.millrace.schema.loader;

import dev.millrace.schema.definition.MappingDefinition;
import dev.millrace.schema.definition.MappingDefinition.Column;
import dev.millrace.schema.loader.YamlMap.Item;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** One YAML document of {@code mappings/} to a mapping. */
final class MappingReader {
    private MappingReader() {}

    static MappingDefinition read(YamlMap map) {
        Map<String, Column> columns = new LinkedHashMap<>();
        YamlMap fields = map.map("fields");
        for (String field : fields.keys()) {
            map.problems().attempt(() -> column(fields, field)).ifPresent(column -> columns.put(field, column));
        }
        MappingDefinition mapping = new MappingDefinition(
                map.text("mapping"),
                map.text("event"),
                columns,
                map.optionalText("label"),
                map.optionalDuration("lag").orElse(Duration.ZERO),
                map.at());
        map.refuseUnread("a mapping");
        return mapping;
    }

    private static Column column(YamlMap fields, String field) {
        return switch (fields.item(field)) {
            case Item.Text text -> new Column.Value(text.text(), 0);
            case Item.Entries entries -> column(entries.map());
        };
    }

    private static Column column(YamlMap map) {
        if (map.has("uuid5")) {
            return new Column.Uuid(map.text("uuid5"));
        }
        String from = map.text("from");
        Column column = map.has("format")
                ? new Column.Time(from, map.text("format"))
                : new Column.Value(
                        from,
                        map.optionalNumber("add")
                                .map(BigDecimal::longValueExact)
                                .orElse(0L));
        map.refuseUnread("a field of a mapping");
        return column;
    }
}
