package dev.millrace.feature.operation;

import dev.millrace.feature.state.Totals;
import java.math.BigInteger;

/** Central moments times a power of the number of values: whole numbers, exact. */
final class Moments {
    private Moments() {}

    /** {@code n²·m₂ = n·Σx² − (Σx)²}. */
    static BigInteger second(Totals totals) {
        BigInteger n = BigInteger.valueOf(totals.values());
        return n.multiply(totals.squares()).subtract(totals.exactSum().pow(2));
    }

    /** {@code n³·m₃ = n²·Σx³ − 3n·Σx·Σx² + 2(Σx)³}. */
    static BigInteger third(Totals totals) {
        BigInteger n = BigInteger.valueOf(totals.values());
        BigInteger sum = totals.exactSum();
        return n.pow(2)
                .multiply(totals.cubes())
                .subtract(n.multiply(sum).multiply(totals.squares()).multiply(BigInteger.valueOf(3)))
                .add(sum.pow(3).shiftLeft(1));
    }

    /** {@code n⁴·m₄ = n³·Σx⁴ − 4n²·Σx·Σx³ + 6n·(Σx)²·Σx² − 3(Σx)⁴}. */
    static BigInteger fourth(Totals totals) {
        BigInteger n = BigInteger.valueOf(totals.values());
        BigInteger sum = totals.exactSum();
        return n.pow(3)
                .multiply(totals.fourths())
                .subtract(n.pow(2).multiply(sum).multiply(totals.cubes()).shiftLeft(2))
                .add(n.multiply(sum.pow(2)).multiply(totals.squares()).multiply(BigInteger.valueOf(6)))
                .subtract(sum.pow(4).multiply(BigInteger.valueOf(3)));
    }
}
