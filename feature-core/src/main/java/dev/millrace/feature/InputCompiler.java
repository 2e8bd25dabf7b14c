package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.ExpressionCompiler;
import dev.millrace.feature.expression.Variables;
import dev.millrace.feature.operation.Argument;
import dev.millrace.feature.operation.Operation;
import dev.millrace.feature.operation.OperationType;
import dev.millrace.feature.operation.Variant;
import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.AggregateLayout.Kept;
import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Aggregates;
import dev.millrace.feature.state.Sketch;
import dev.millrace.schema.definition.Expression;
import dev.millrace.schema.definition.FeatureDefinition;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Turns what operations are given into a view's inputs, and knows what is kept of each. */
final class InputCompiler {
    /** Decimal places of an expression's value. */
    static final String SCALE = "scale";

    private static final int DEFAULT_SCALE = 6;

    private final Fields fields;
    private final ExpressionCompiler expressions;
    private final List<Problem> problems;
    private final List<Used> used = new ArrayList<>();

    InputCompiler(Fields fields, List<Problem> problems) {
        this.fields = fields;
        this.expressions = new ExpressionCompiler(fields.variables());
        this.problems = problems;
    }

    private record Used(Input input, Set<Part> parts, List<Sketch.Kind> sketches) {}

    /**
     * What an operation is given.
     *
     * @param suffix of the feature's name: the value of {@code by}
     * @param unit what divides a scaled number
     */
    record Bound(Input input, String suffix, double unit, Feature.Kind kind) {
        private Bound with(Input other, String furtherSuffix) {
            return new Bound(other, suffix + furtherSuffix, unit, kind);
        }
    }

    /** Empty when it has problems, which are added to the list. */
    List<Bound> bind(FeatureDefinition feature, OperationType type) {
        Optional<Bound> argument = argument(feature, type);
        if (argument.isEmpty()) {
            return List.of();
        }
        Bound bound = argument.get();
        if (feature.where().isPresent()) {
            Optional<Input.Condition> where = condition(feature.where().get());
            if (where.isEmpty()) {
                return List.of();
            }
            bound = bound.with(new Input.Filtered(bound.input(), where.get()), "");
        }
        if (feature.by().isEmpty()) {
            return List.of(bound);
        }
        String by = feature.by().get();
        List<String> symbols = fields.symbols(by);
        if (symbols.isEmpty()) {
            refuse(
                    feature.at(),
                    "not-an-enum",
                    "'by' takes a field of few known values, an enum or boolean; '" + by + "' is none. Fields: "
                            + fields.names());
            return List.of();
        }
        Bound all = bound;
        return symbols.stream()
                .map(symbol -> all.with(new Input.Selected(all.input(), by, symbol), "_" + symbol))
                .toList();
    }

    private void refuse(Location at, String code, String message) {
        problems.add(new Problem(at, code, message));
    }

    private Optional<Bound> argument(FeatureDefinition feature, OperationType type) {
        String text = feature.argument().text();
        Set<Argument> allowed = type.arguments();
        if (allowed.contains(Argument.EVENTS) && text.equals("all")) {
            return Optional.of(new Bound(new Input.Always(), "", 1, Feature.Kind.NUMBER));
        }
        if (allowed.contains(Argument.VALUE) && fields.has(text)) {
            Input.Hashed hashed = new Input.Hashed(text);
            String values = feature.parameters().get("values");
            Input input = values == null
                    ? hashed
                    : new Input.Chosen(
                            hashed,
                            Arrays.stream(values.split(",")).map(String::strip).toList());
            return Optional.of(new Bound(input, "", 1, Feature.Kind.NUMBER));
        }
        if (allowed.contains(Argument.NUMBER) && fields.scale(text).isPresent()) {
            int scale = fields.scale(text).get();
            return Optional.of(new Bound(new Input.Number(text, scale), "", unit(scale), Feature.Kind.NUMBER));
        }
        if (allowed.contains(Argument.SYMBOL) && fields.kind(text).isPresent()) {
            Feature.Kind kind = fields.kind(text).get();
            return Optional.of(new Bound(new Input.Symbol(text, kind.symbols()), "", 1, kind));
        }
        if (allowed.contains(Argument.CONDITION)) {
            return condition(feature.argument()).map(condition -> new Bound(condition, "", 1, Feature.Kind.NUMBER));
        }
        boolean rounded = feature.parameters().containsKey(SCALE);
        if (allowed.contains(Argument.NUMBER) && (rounded || !fields.has(text))) {
            return computed(feature);
        }
        boolean isNumber = fields.variables().types().get(text) == Variables.Type.NUMBER;
        String inexact = isNumber && allowed.contains(Argument.NUMBER)
                ? "; " + text + " is " + fields.type(text)
                        + ": only decimals and whole numbers of at most 12 digits are exact; 'scale: 2' rounds it to hundredths"
                : "";
        refuse(
                feature.argument().at(),
                "bad-argument",
                "'" + type.name() + "' takes " + allowed(allowed) + ", not '" + text + "'" + inexact + "; fields: "
                        + fields.names());
        return Optional.empty();
    }

    private static String allowed(Set<Argument> allowed) {
        return String.join(" or ", allowed.stream().sorted().map(Argument::text).toList());
    }

    private static double unit(int scale) {
        return Math.round(StrictMath.pow(10, scale));
    }

    private Optional<Bound> computed(FeatureDefinition feature) {
        String written = feature.parameters().getOrDefault(SCALE, Integer.toString(DEFAULT_SCALE));
        if (!written.matches("[0-9]")) {
            refuse(feature.at(), "bad-parameter", "'scale' is a number of decimal places, 0 to 9; found " + written);
            return Optional.empty();
        }
        int scale = Integer.parseInt(written);
        return expressions
                .compile(feature.argument(), problems)
                .map(expression ->
                        new Bound(new Input.Computed(expression, scale), "", unit(scale), Feature.Kind.NUMBER));
    }

    private Optional<Input.Condition> condition(Expression text) {
        Optional<CompiledExpression> expression = expressions.compile(text, problems);
        if (expression.isPresent() && !expression.get().isCondition()) {
            refuse(
                    text.at(),
                    "not-a-condition",
                    "expected a condition such as \"value == 1.0\"; '" + text.text() + "' is a number");
            return Optional.empty();
        }
        return expression.map(Input.Condition::new);
    }

    /** The index of the input that an operation reads: what it needs of it is kept from now on. */
    int use(Bound bound, Variant variant) {
        Operation operation = variant.operation();
        Input input = variant.bin()
                .<Input>map(bin -> new Input.Binned(bound.input(), bound.unit(), bin))
                .orElse(bound.input());
        boolean counted = EnumSet.of(Part.SUM).containsAll(operation.parts())
                && operation.sketches().isEmpty();
        return input instanceof Input.Always && counted
                ? Aggregates.EVENTS
                : use(input, operation.parts(), operation.sketches());
    }

    /** The input by which the times of a tile's first and last event are known. */
    int times() {
        return use(new Input.Always(), EnumSet.of(Part.FIRST, Part.LAST), List.of());
    }

    private int use(Input input, Set<Part> parts, List<Sketch.Kind> sketches) {
        int index = used.stream().map(each -> each.input().text()).toList().indexOf(input.text());
        if (index < 0) {
            used.add(new Used(input, EnumSet.noneOf(Part.class), new ArrayList<>()));
            index = used.size() - 1;
        }
        Used kept = used.get(index);
        kept.parts().addAll(parts);
        sketches.stream().filter(kind -> !kept.sketches().contains(kind)).forEach(kept.sketches()::add);
        return index;
    }

    List<Input> inputs() {
        return used.stream().map(Used::input).toList();
    }

    AggregateLayout layout() {
        return new AggregateLayout(used.stream()
                .map(each -> new Kept(each.parts(), each.sketches()))
                .toList());
    }

    /** Tells one set of inputs and what is kept of them from another. */
    String text() {
        return used.stream()
                .flatMap(each -> Stream.of(each.input().text(), each.parts() + "" + each.sketches()))
                .toList()
                .toString();
    }
}
