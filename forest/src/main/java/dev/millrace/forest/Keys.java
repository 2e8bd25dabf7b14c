package dev.millrace.forest;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Turns values into integers that compare as the floats do, so that a split needs no branch: two keys for each feature that
 * any tree looks at, of which the second has a missing value go right.
 *
 * <p>A key is the float's bits, made monotonic, above 31 bits that are all set; a threshold's lower bits hold other things and
 * are not all set. So {@code key - threshold} is negative just where the value is less, equal ones are not, and no difference
 * of two overflows.
 */
final class Keys {
    static final int SHIFT = 31;

    private static final long LOW_BITS = (1L << SHIFT) - 1;
    private static final long FIRST = ((long) Integer.MIN_VALUE << SHIFT) | LOW_BITS;
    private static final long LAST = ((long) Integer.MAX_VALUE << SHIFT) | LOW_BITS;

    /** The features that trees look at, ascending. */
    private final int[] used;

    Keys(Iterable<Tree> trees) {
        IntStream.Builder all = IntStream.builder();
        for (Tree tree : trees) {
            Arrays.stream(tree.feature())
                    .filter(feature -> feature != Tree.LEAF)
                    .forEach(all);
        }
        this.used = all.build().sorted().distinct().toArray();
    }

    /** How many keys a vector has. */
    int count() {
        return 2 * used.length;
    }

    /** Where the key of a feature is that has missing values go left, or the one after it. */
    int slot(int feature, boolean missingLeft) {
        return 2 * Arrays.binarySearch(used, feature) + (missingLeft ? 0 : 1);
    }

    /** Writes the keys of the vector that starts here. */
    void write(float[] vectors, int from, long[] keys, int to) {
        int[] features = used;
        for (int i = 0; i < features.length; i++) {
            float x = vectors[from + features[i]];
            long key = threshold(x) | LOW_BITS;
            boolean missing = Float.isNaN(x);
            keys[to + 2 * i] = missing ? FIRST : key;
            keys[to + 2 * i + 1] = missing ? LAST : key;
        }
    }

    /** A threshold's upper bits. The addition makes one zero of both. */
    static long threshold(float x) {
        int bits = Float.floatToRawIntBits(x + 0.0f);
        return (long) (bits ^ ((bits >> 31) & Integer.MAX_VALUE)) << SHIFT;
    }

    /** At most every key: no value is less. */
    static long never() {
        return (long) Integer.MIN_VALUE << SHIFT;
    }
}
