package dev.millrace.feature.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompiledExpressionTests {

    private static final ExpressionCompiler COMPILER =
            new ExpressionCompiler(new Variables(Map.of("x", Variables.Type.NUMBER, "y", Variables.Type.NUMBER)));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x < 100",
                "x <= 100",
                "x > 100",
                "x >= 100",
                "100 < x",
                "100 <= x",
                "100 > x",
                "100 >= x",
                "x < 100.0",
                "x <= 100.0",
                "x > 100.0",
                "x >= 100.0",
                "x == 100.0",
                "x < y",
                "x <= y",
                "x > y",
                "x >= y",
                "x == y"
            })
    void nothingIsTrueOfAMissingNumber(String condition) {
        assertThat(COMPILER.compile(condition).number(name -> null)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "x < 3, true, false, false",
        "x <= 3, true, true, false",
        "x > 3, false, false, true",
        "x >= 3, false, true, true",
        "3 < x, false, false, true",
        "3 <= x, false, true, true",
        "3 > x, true, false, false",
        "3 >= x, true, true, false"
    })
    void aWholeNumberIsComparedAsItIs(String condition, boolean ofLess, boolean ofEqual, boolean ofGreater) {
        CompiledExpression compiled = COMPILER.compile(condition);
        assertThat(compiled.number(name -> Math.nextDown(3.0))).isEqualTo(ofLess ? 1 : 0);
        assertThat(compiled.number(name -> 3.0)).isEqualTo(ofEqual ? 1 : 0);
        assertThat(compiled.number(name -> Math.nextUp(3.0))).isEqualTo(ofGreater ? 1 : 0);
    }
}
