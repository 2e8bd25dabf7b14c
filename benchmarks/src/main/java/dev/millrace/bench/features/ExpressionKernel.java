package dev.millrace.bench.features;

import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.ExpressionCompiler;
import dev.millrace.feature.expression.ExpressionException;
import dev.millrace.feature.expression.Variables;
import dev.millrace.feature.expression.Variables.Type;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One derived feature: an expression over values that are known by name. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls compile before anything else.
public class ExpressionKernel {
    @Param({"log(amount)", "amount / usual", "amount > 10.0 && usual < 5.0", "hour_of_day(at)", "is_weekend(at)"})
    public String text;

    private CompiledExpression expression;
    private final Map<String, Object> values = Map.of("amount", 12.5, "usual", 3.25, "at", 1_700_000_000_000L);

    @Setup
    public void compile() throws ExpressionException {
        expression = new ExpressionCompiler(
                        new Variables(Map.of("amount", Type.NUMBER, "usual", Type.NUMBER, "at", Type.TIME)))
                .compile(text);
    }

    @Benchmark
    public double evaluate() {
        return expression.number(values::get);
    }
}
