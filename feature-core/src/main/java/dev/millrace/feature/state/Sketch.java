package dev.millrace.feature.state;

import org.jspecify.annotations.Nullable;

/**
 * A partial aggregate of no fixed size: a function of the set of values added, whatever their order and however they were
 * split and merged. Not thread-safe.
 */
public sealed interface Sketch permits DistinctSketch, BucketSketch, HeavySketch, LatestSketch {
    /**
     * @param value an input, never missing
     * @param time of its event, epoch milliseconds
     * @param idHash of its event
     */
    void add(long value, long time, long idHash);

    /** Adds what another one of the same kind has seen; both have seen different events. */
    void merge(Sketch other);

    void write(ByteWriter out);

    /** What sketches of one kind have in common. */
    sealed interface Kind {
        Sketch empty();

        /** @throws CorruptBlockException when the bytes are no such sketch */
        Sketch read(ByteReader in);

        /**
         * The number of different values: exact up to the bound, then estimated from as many least hashes.
         *
         * @param bound at least 16
         */
        record Distinct(int bound) implements Kind {
            public Distinct {
                require(bound >= 16 && bound <= 65_536, "a bound of 16 to 65,536 values", bound);
            }

            @Override
            public Sketch empty() {
                return new DistinctSketch(bound);
            }

            @Override
            public Sketch read(ByteReader in) {
                return DistinctSketch.read(bound, in);
            }
        }

        /**
         * Counts in buckets whose bounds grow by a constant factor.
         *
         * @param error the greatest relative error of a value read back, such as 0.01
         */
        record Buckets(double error) implements Kind {
            public Buckets {
                require(error >= 0.001 && error <= 0.2, "a relative error of 0.001 to 0.2", error);
            }

            @Override
            public Sketch empty() {
                return new BucketSketch(error);
            }

            @Override
            public Sketch read(ByteReader in) {
                return BucketSketch.read(error, in);
            }
        }

        /**
         * Counts of values: of all while they are few, then of those with the least hashes.
         *
         * @param bound of the values counted one by one
         */
        record Heavy(int bound) implements Kind {
            public Heavy {
                require(bound >= 1 && bound <= 4096, "a bound of 1 to 4,096 values", bound);
            }

            @Override
            public Sketch empty() {
                return new HeavySketch(bound);
            }

            @Override
            public Sketch read(ByteReader in) {
                return HeavySketch.read(bound, in);
            }
        }

        /** @param count of the newest values that are kept */
        record Latest(int count) implements Kind {
            public Latest {
                require(count >= 1 && count <= 1000, "1 to 1,000 values", count);
            }

            @Override
            public Sketch empty() {
                return new LatestSketch(count);
            }

            @Override
            public Sketch read(ByteReader in) {
                return LatestSketch.read(count, in);
            }
        }

        private static void require(boolean holds, String expected, @Nullable Object found) {
            if (!holds) {
                throw new IllegalArgumentException("expected " + expected + ", found " + found);
            }
        }
    }
}
