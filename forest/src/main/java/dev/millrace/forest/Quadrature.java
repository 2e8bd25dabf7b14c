package dev.millrace.forest;

/**
 * Gauss–Legendre quadrature on (0, 1): with {@code n} points, the integral of a polynomial of degree {@code 2n - 1} is exact.
 *
 * @param points ascending, none of them 0 or 1
 * @param weights which add up to 1
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Quadrature(double[] points, double[] weights) {

    /** Finds the roots of the Legendre polynomial by Newton's method, from Chebyshev's as a first guess. */
    static Quadrature of(int n) {
        double[] points = new double[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            double x = -StrictMath.cos(StrictMath.PI * (i + 0.75) / (n + 0.5));
            double slope = 1;
            // It converges quadratically: five steps from the guess are enough, the rest changes nothing.
            for (int step = 0; step < 8; step++) {
                double before = 0;
                double value = 1;
                for (int degree = 1; degree <= n; degree++) {
                    double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
                    before = value;
                    value = next;
                }
                slope = n * (x * value - before) / (x * x - 1);
                x -= value / slope;
            }
            points[i] = (1 + x) / 2;
            weights[i] = 1 / ((1 - x * x) * slope * slope);
        }
        return new Quadrature(points, weights);
    }
}
