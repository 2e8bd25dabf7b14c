package dev.millrace.feature.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction.Overload.Comparison;
import dev.millrace.schema.definition.Expression;
import dev.millrace.schema.definition.Problem;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compiles expressions of the <a href="https://cel.dev">Common Expression Language</a> against typed names. Beside its
 * own operators: {@code log(x)}, {@code sqrt(x)}, {@code hour_of_day(time)} (0 to 23, UTC),
 * {@code is_weekend(time)} and {@code is_night(time)} (the hours 0 to 6).
 */
public final class ExpressionCompiler {
    private static final CelOptions OPTIONS =
            CelOptions.current().enableHeterogeneousNumericComparisons(true).build();

    /** Of a double and a whole number: CEL's own take a missing number (NaN) for greater than all others. */
    private static final Set<CelStandardFunctions.StandardOverload> WITH_WHOLE = Set.of(
            Comparison.LESS_DOUBLE_INT64,
            Comparison.LESS_INT64_DOUBLE,
            Comparison.LESS_EQUALS_DOUBLE_INT64,
            Comparison.LESS_EQUALS_INT64_DOUBLE,
            Comparison.GREATER_DOUBLE_INT64,
            Comparison.GREATER_INT64_DOUBLE,
            Comparison.GREATER_EQUALS_DOUBLE_INT64,
            Comparison.GREATER_EQUALS_INT64_DOUBLE);

    private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardFunctions(CelStandardFunctions.newBuilder()
                    .filterFunctions((function, overload) -> !WITH_WHOLE.contains(overload))
                    .build())
            .addFunctionBindings(
                    CelFunctionBinding.from("less_double_int64", Double.class, Long.class, (x, y) -> x < y),
                    CelFunctionBinding.from("less_int64_double", Long.class, Double.class, (x, y) -> x < y),
                    CelFunctionBinding.from("less_equals_double_int64", Double.class, Long.class, (x, y) -> x <= y),
                    CelFunctionBinding.from("less_equals_int64_double", Long.class, Double.class, (x, y) -> x <= y),
                    CelFunctionBinding.from("greater_double_int64", Double.class, Long.class, (x, y) -> x > y),
                    CelFunctionBinding.from("greater_int64_double", Long.class, Double.class, (x, y) -> x > y),
                    CelFunctionBinding.from("greater_equals_double_int64", Double.class, Long.class, (x, y) -> x >= y),
                    CelFunctionBinding.from("greater_equals_int64_double", Long.class, Double.class, (x, y) -> x >= y))
            .addFunctionBindings(
                    CelFunctionBinding.from("log_double", Double.class, StrictMath::log),
                    CelFunctionBinding.from("sqrt_double", Double.class, Math::sqrt),
                    CelFunctionBinding.from("hour_of_day_time", Long.class, ExpressionCompiler::hourOfDay),
                    CelFunctionBinding.from("is_weekend_time", Long.class, ExpressionCompiler::isWeekend),
                    CelFunctionBinding.from("is_night_time", Long.class, ExpressionCompiler::isNight))
            .build();

    private static final List<CelFunctionDecl> FUNCTIONS = List.of(
            function("log", "log_double", SimpleType.DOUBLE, SimpleType.DOUBLE),
            function("sqrt", "sqrt_double", SimpleType.DOUBLE, SimpleType.DOUBLE),
            function("hour_of_day", "hour_of_day_time", SimpleType.DOUBLE, SimpleType.INT),
            function("is_weekend", "is_weekend_time", SimpleType.BOOL, SimpleType.INT),
            function("is_night", "is_night_time", SimpleType.BOOL, SimpleType.INT));

    private static final Set<Variables.Type> NUMERIC = EnumSet.of(Variables.Type.NUMBER, Variables.Type.CONDITION);
    private static final Set<Variables.Type> ANY =
            EnumSet.of(Variables.Type.NUMBER, Variables.Type.CONDITION, Variables.Type.TEXT);

    private static final Map<CelType, Variables.Type> RESULTS = Map.of(
            SimpleType.DOUBLE, Variables.Type.NUMBER,
            SimpleType.INT, Variables.Type.NUMBER,
            SimpleType.BOOL, Variables.Type.CONDITION,
            SimpleType.STRING, Variables.Type.TEXT);

    private static final int LAST_HOUR_OF_NIGHT = 6;

    private final CelCompiler compiler;
    private final Variables variables;

    public ExpressionCompiler(Variables variables) {
        this.variables = variables;
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .addFunctionDeclarations(FUNCTIONS);
        variables.types().forEach((name, type) -> builder.addVar(name, celType(type)));
        this.compiler = builder.build();
    }

    private static CelFunctionDecl function(String name, String overload, CelType result, CelType argument) {
        return CelFunctionDecl.newFunctionDeclaration(
                name, CelOverloadDecl.newGlobalOverload(overload, result, argument));
    }

    private static CelType celType(Variables.Type type) {
        return switch (type) {
            case NUMBER -> SimpleType.DOUBLE;
            case TIME -> SimpleType.INT;
            case TEXT -> SimpleType.STRING;
            case CONDITION -> SimpleType.BOOL;
        };
    }

    private static double hourOfDay(long millis) {
        return Math.floorMod(Math.floorDiv(millis, 3_600_000L), 24L);
    }

    /** From midnight until 6:59. */
    private static boolean isNight(long millis) {
        return hourOfDay(millis) <= LAST_HOUR_OF_NIGHT;
    }

    private static boolean isWeekend(long millis) {
        DayOfWeek day = Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC).getDayOfWeek();
        return day == DayOfWeek.SATURDAY || day == DayOfWeek.SUNDAY;
    }

    /** Empty when it has a problem, which is added to the list. */
    public Optional<CompiledExpression> compile(Expression expression, List<Problem> problems) {
        return compile(expression, NUMERIC, problems);
    }

    /** As {@link #compile(Expression, List)}; it may give a text, too. */
    public Optional<CompiledExpression> compileAny(Expression expression, List<Problem> problems) {
        return compile(expression, ANY, problems);
    }

    private Optional<CompiledExpression> compile(
            Expression expression, Set<Variables.Type> expected, List<Problem> problems) {
        try {
            return Optional.of(compile(expression.text(), expected));
        } catch (ExpressionException e) {
            problems.add(new Problem(expression.at(), "bad-expression", e.problem()));
            return Optional.empty();
        }
    }

    /** @throws ExpressionException says what is wrong, and which names there are */
    public CompiledExpression compile(String text) {
        return compile(text, NUMERIC);
    }

    private CompiledExpression compile(String text, Set<Variables.Type> expected) {
        CelValidationResult result = compiler.compile(text);
        try {
            CelAbstractSyntaxTree tree = result.getAst();
            Variables.Type type = RESULTS.get(tree.getResultType());
            if (type == null || !expected.contains(type)) {
                throw new ExpressionException(
                        "'%s' gives %s; expected a number%s or a condition"
                                .formatted(text, tree.getResultType().name(), expected.equals(ANY) ? ", a text" : ""),
                        null);
            }
            Set<String> names = tree.getReferenceMap().values().stream()
                    .map(CelReference::name)
                    .filter(variables.types()::containsKey)
                    .collect(Collectors.toUnmodifiableSet());
            return new CompiledExpression(text, type, names, variables, RUNTIME.createProgram(tree));
        } catch (CelValidationException e) {
            throw new ExpressionException(
                    new Diagnosis(
                                    text,
                                    variables.types().keySet(),
                                    FUNCTIONS.stream()
                                            .map(CelFunctionDecl::name)
                                            .toList())
                            .of(e),
                    e);
        } catch (CelEvaluationException e) {
            throw new ExpressionException("'" + text + "' cannot be evaluated: " + e.getMessage(), e);
        }
    }
}
