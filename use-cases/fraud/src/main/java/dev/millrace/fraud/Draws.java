package dev.millrace.fraud;

import java.util.SplittableRandom;

/** Random draws that depend on the names they were made with, and on nothing else: not on the JDK, not on what others drew. */
final class Draws {
    private static final double UNIT = 0x1.0p-53;

    /** e to the minus that is far from underflow. */
    private static final double LARGEST_MEAN = 500;

    private final SplittableRandom random;

    private Draws(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** @param names of what is drawn: a purpose, an entity, a day */
    static Draws of(long seed, long... names) {
        return new Draws(hash(seed, names));
    }

    /** A well-mixed number of all of them. */
    static long hash(long seed, long... names) {
        long hash = mix(seed);
        for (long name : names) {
            hash = mix(hash + 0x9E3779B97F4A7C15L * (name + 1));
        }
        return hash;
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
    private static long mix(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** At least 0, below 1. */
    double unit() {
        return (random.nextLong() >>> 11) * UNIT;
    }

    double uniform(double from, double to) {
        return from + unit() * (to - from);
    }

    /** At least 0, below {@code bound}. */
    int below(int bound) {
        return (int) (unit() * bound);
    }

    /** By the polar method (Marsaglia, Bray, 1964). */
    double normal(double mean, double deviation) {
        while (true) {
            double u = uniform(-1, 1);
            double v = uniform(-1, 1);
            double s = u * u + v * v;
            if (s > 0 && s < 1) {
                return mean + deviation * u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
            }
        }
    }

    /** By multiplication (Knuth), in parts when the mean is large. */
    int poisson(double mean) {
        int count = 0;
        for (double rest = mean; rest > 0; rest -= LARGEST_MEAN) {
            double limit = StrictMath.exp(-Math.min(rest, LARGEST_MEAN));
            for (double product = unit(); product > limit; product *= unit()) {
                count++;
            }
        }
        return count;
    }
}
