package dev.millrace.forest;

/**
 * What reading one model may take of the heap. A file says in two bytes what takes a hundred in memory, so everything that is kept is
 * counted here before it is made, by what it takes at most; what is let go again after one array or one tree is bounded by
 * {@link ValueBuilder#MAX_ELEMENTS}.
 */
final class Room {

    /** A third of a heap of 384 MiB: a thousand trees of 4,000 nodes, or 25,000 of 50. */
    static final long MOST_BYTES = 128L << 20;

    /** A map with its first fields, or a list or an array. */
    static final int CONTAINER = 256;

    /** In a map the place of a value, and the value itself unless it is counted on its own. */
    static final int FIELD = 64;

    /** In a list, which grows by half. */
    static final int ELEMENT = 24;

    /** Besides its characters. */
    static final int TEXT = 64;

    /** With its share of {@link Tree} and {@link Trees}. */
    private static final int NODE = 32;

    private static final int CATEGORY_SET = 32;

    private long left = MOST_BYTES;

    void take(long bytes) throws ModelFormatException {
        left -= bytes;
        if (left < 0) {
            throw ModelFormatException.unsupported(
                    "a model that takes at most %d MiB of memory".formatted(MOST_BYTES >> 20),
                    "one that takes more: train fewer or smaller trees, and save them as UBJ");
        }
    }

    void take(Tree tree) throws ModelFormatException {
        long bytes = CONTAINER + (long) NODE * tree.nodes();
        int[][] sets = tree.categories();
        if (sets != null) {
            for (int[] set : sets) {
                bytes += set == null ? 0 : CATEGORY_SET + (long) Integer.BYTES * set.length;
            }
        }
        take(bytes);
    }
}
