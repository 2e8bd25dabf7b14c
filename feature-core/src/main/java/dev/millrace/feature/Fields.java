package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.ExpressionCompiler;
import dev.millrace.feature.expression.Variables;
import dev.millrace.feature.expression.Variables.Type;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.ViewDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a view's features may name: the fields of its source, and the names that its entity's alternatives give them.
 *
 * @param schemas of fields; names that stand for a field have that field's
 * @param variables for expressions: those, and the names of computed numbers
 */
record Fields(Map<String, Schema> schemas, Variables variables, List<Projection> projections) {
    private static final int GREATEST_PRECISION = 12;

    Fields {
        schemas = new LinkedHashMap<>(schemas);
        projections = List.copyOf(projections);
    }

    static Fields of(ViewDefinition definition, EventType event, List<Problem> problems) {
        Map<String, Schema> schemas = new LinkedHashMap<>();
        Variables variables;
        if (definition.source() instanceof Source.Labels) {
            variables = new Variables(Map.of("value", Type.NUMBER));
        } else {
            event.schema().getFields().forEach(field -> schemas.put(field.name(), AvroTypes.nonNull(field.schema())));
            variables = Variables.ofFields(event.schema());
        }
        return switch (definition.entity()) {
            case EntityKey.Fields fields ->
                new Fields(schemas, variables, List.of(new Projection(fields, Map.of(), Map.of())));
            case EntityKey.Alternatives alternatives ->
                of(alternatives.projections(), schemas, variables, definition, problems);
        };
    }

    private static Fields of(
            List<EntityKey.Projection> alternatives,
            Map<String, Schema> schemas,
            Variables variables,
            ViewDefinition definition,
            List<Problem> problems) {
        ExpressionCompiler expressions = new ExpressionCompiler(variables);
        Map<String, Schema> all = new LinkedHashMap<>(schemas);
        Map<String, Type> further = new LinkedHashMap<>();
        List<Projection> projections = new ArrayList<>();
        for (EntityKey.Projection alternative : alternatives) {
            if (!alternative.let().keySet().equals(alternatives.getFirst().let().keySet())) {
                problems.add(new Problem(
                        definition.at(),
                        "alternatives-differ",
                        "every alternative of an entity gives the same names; the first has "
                                + alternatives.getFirst().let().keySet() + ", another "
                                + alternative.let().keySet()));
            }
            Map<String, String> aliases = new LinkedHashMap<>();
            Map<String, CompiledExpression> computed = new LinkedHashMap<>();
            alternative.let().forEach((name, expression) -> {
                Schema schema = schemas.get(expression.text());
                Type type = variables.types().get(expression.text());
                if (schema != null && type != null) {
                    aliases.put(name, expression.text());
                    Schema before = all.putIfAbsent(name, schema);
                    if (before != null && !before.equals(schema)) {
                        problems.add(new Problem(
                                expression.at(),
                                "alternatives-differ",
                                "'" + name + "' is " + schema + " here and " + before + " elsewhere"));
                    }
                    further.put(name, type);
                } else {
                    expressions.compile(expression, problems).ifPresent(compiled -> {
                        computed.put(name, compiled);
                        further.put(name, Type.NUMBER);
                    });
                }
            });
            projections.add(new Projection(alternative.key(), aliases, computed));
        }
        return new Fields(all, variables.and(further), projections);
    }

    boolean has(String field) {
        return schemas.containsKey(field);
    }

    /** For messages. */
    List<String> names() {
        return variables.types().keySet().stream().sorted().toList();
    }

    /** For messages: the type as the schema writes it. */
    String type(String field) {
        return String.valueOf(schemas.get(field));
    }

    /** The decimal places of a number that is summed exactly; empty for everything else. */
    Optional<Integer> scale(String field) {
        Schema type = schemas.get(field);
        if (type == null) {
            return Optional.empty();
        }
        if (type.getLogicalType() instanceof LogicalTypes.Decimal decimal
                && decimal.getPrecision() <= GREATEST_PRECISION) {
            return Optional.of(decimal.getScale());
        }
        boolean whole = type.getType() == Schema.Type.LONG || type.getType() == Schema.Type.INT;
        return whole && type.getLogicalType() == null ? Optional.of(0) : Optional.empty();
    }

    /** How an enum's, a boolean's or a time's value is kept as a number; empty for everything else. */
    Optional<Feature.Kind> kind(String field) {
        Schema type = schemas.get(field);
        if (type == null) {
            return Optional.empty();
        }
        return switch (type.getType()) {
            case ENUM -> Optional.of(new Feature.Kind(Type.TEXT, type.getEnumSymbols()));
            case BOOLEAN -> Optional.of(new Feature.Kind(Type.CONDITION, List.of()));
            case LONG ->
                type.getLogicalType() instanceof LogicalTypes.TimestampMillis
                        ? Optional.of(new Feature.Kind(Type.TIME, List.of()))
                        : Optional.empty();
            case RECORD, ARRAY, MAP, UNION, FIXED, STRING, BYTES, INT, FLOAT, DOUBLE, NULL -> Optional.empty();
        };
    }

    /** The values that a field can have, when they are known and few. */
    List<String> symbols(String field) {
        @Nullable Schema type = schemas.get(field);
        if (type == null) {
            return List.of();
        }
        return switch (type.getType()) {
            case ENUM -> type.getEnumSymbols();
            case BOOLEAN -> List.of("true", "false");
            case LONG, RECORD, ARRAY, MAP, UNION, FIXED, STRING, BYTES, INT, FLOAT, DOUBLE, NULL -> List.of();
        };
    }
}
