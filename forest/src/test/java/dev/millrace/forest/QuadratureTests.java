package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuadratureTests {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 16, 31, 32})
    void integratesPolynomialsOfTwiceItsPoints(int points) {
        Quadrature quadrature = Quadrature.of(points);
        for (int degree = 0; degree < 2 * points; degree++) {
            double integral = 0;
            for (int i = 0; i < points; i++) {
                assertThat(quadrature.points()[i]).isBetween(1e-4, 1 - 1e-4);
                integral += quadrature.weights()[i] * StrictMath.pow(quadrature.points()[i], degree);
            }
            assertThat(integral).isCloseTo(1.0 / (degree + 1), within(1e-14));
        }
    }
}
