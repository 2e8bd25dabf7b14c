package dev.millrace.forest;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Room that scoring takes and gives back, so that it allocates nothing: threads keep to a slot each, by their number. Who finds
 * its slot empty makes new room. A thread local would do the same for the threads of a pool, but not for virtual ones.
 *
 * @param keys what {@link Keys} makes of vectors
 * @param margins one per output
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Scratch(long[] keys, float[] margins) {

    /** The rooms of one forest. */
    static final class Pool {
        private static final int SLOTS = 16;

        private final AtomicReferenceArray<Scratch> free = new AtomicReferenceArray<>(SLOTS);
        private final int keys;
        private final int margins;

        Pool(int keys, int margins) {
            this.keys = keys;
            this.margins = margins;
        }

        Scratch take() {
            Scratch scratch = free.getAndSet(slot(), null);
            return scratch == null ? new Scratch(new long[keys], new float[margins]) : scratch;
        }

        void give(Scratch scratch) {
            free.setRelease(slot(), scratch);
        }

        private static int slot() {
            return (int) Thread.currentThread().threadId() & (SLOTS - 1);
        }
    }
}
