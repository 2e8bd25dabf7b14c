package dev.millrace.prediction.drift;

import java.util.Arrays;

/**
 * Counts of the last {@value #BUCKETS} buckets of time. Each thread counts in one of a few stripes, under that stripe's own
 * lock: plain additions under a lock that is hardly ever contended cost less than an atomic one for each feature. Exact.
 */
final class Window {

    static final int BUCKETS = 12;
    static final long BUCKET_MILLIS = 300_000;

    private final Stripe[] stripes;
    private final int slots;

    /** @param stripes a power of two */
    Window(int slots, int stripes) {
        this.slots = slots;
        this.stripes = new Stripe[stripes];
        for (int i = 0; i < stripes; i++) {
            this.stripes[i] = new Stripe(slots);
        }
    }

    /** Guarded by itself. */
    static final class Stripe {
        private final int[][] counts;
        private final long[] bucketOf = new long[BUCKETS];

        private Stripe(int slots) {
            counts = new int[BUCKETS][slots];
        }

        /** What to count in at this time. */
        int[] at(long millis) {
            long bucket = Math.floorDiv(millis, BUCKET_MILLIS);
            int place = Math.floorMod(bucket, BUCKETS);
            int[] found = counts[place];
            if (bucketOf[place] < bucket) {
                Arrays.fill(found, 0);
                bucketOf[place] = bucket;
            }
            return found;
        }
    }

    /** The stripe of the thread that asks: lock it, and count. */
    Stripe mine() {
        return stripes[(int) Thread.currentThread().threadId() & (stripes.length - 1)];
    }

    /** All that was counted in the window that ends now. */
    long[] sum(long millis) {
        long last = Math.floorDiv(millis, BUCKET_MILLIS);
        long[] sum = new long[slots];
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                for (int place = 0; place < BUCKETS; place++) {
                    if (stripe.bucketOf[place] > last - BUCKETS && stripe.bucketOf[place] <= last) {
                        for (int slot = 0; slot < slots; slot++) {
                            sum[slot] += stripe.counts[place][slot];
                        }
                    }
                }
            }
        }
        return sum;
    }
}
