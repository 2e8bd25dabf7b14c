package dev.millrace.feature.state;

/**
 * Counts of values in buckets {@code (γⁱ⁻¹, γⁱ]} with {@code γ = (1 + ε) / (1 − ε)}, mirrored below zero: a value read back
 * is off by at most {@code ε} of itself (Masson et al., "DDSketch", 2019, without its collapsing: values have at most 12
 * digits, so buckets are few).
 */
public final class BucketSketch implements Sketch {
    private final double error;
    private final double logGamma;
    private SparseCounts buckets = new SparseCounts();

    BucketSketch(double error) {
        this.error = error;
        this.logGamma = StrictMath.log((1 + error) / (1 - error));
    }

    /** Numbers of buckets ascend as their values do; zero has its own. */
    static long bucket(long value, double logGamma) {
        if (value == 0) {
            return 0;
        }
        // The least magnitude is 1: its bucket has the number 1.
        long magnitude = 1 + (long) StrictMath.ceil(StrictMath.log((double) Math.abs(value)) / logGamma);
        return value < 0 ? -magnitude : magnitude;
    }

    @Override
    public void add(long value, long time, long idHash) {
        buckets.add(bucket(value, logGamma), 1);
    }

    @Override
    public void merge(Sketch other) {
        buckets.add(((BucketSketch) other).buckets);
    }

    /**
     * The value below or at which this part of the values lies: that of rank {@code ⌈part · n⌉}, at least 1.
     *
     * @param part above 0, at most 1
     * @return scaled; missing without values
     */
    public double quantile(double part) {
        long values = 0;
        for (int i = 0; i < buckets.size(); i++) {
            values += buckets.count(i);
        }
        long rank = Math.max(1, (long) Math.ceil(part * values));
        for (int i = 0; i < buckets.size(); i++) {
            rank -= buckets.count(i);
            if (rank <= 0) {
                return value(buckets.number(i));
            }
        }
        return Double.NaN;
    }

    /** The value of a bucket that lies equally far, relatively, from both of its bounds. */
    private double value(long bucket) {
        if (bucket == 0) {
            return 0;
        }
        double magnitude = StrictMath.exp((Math.abs(bucket) - 1) * logGamma) * (1 - error);
        return bucket < 0 ? -magnitude : magnitude;
    }

    @Override
    public void write(ByteWriter out) {
        buckets.write(out);
    }

    static BucketSketch read(double error, ByteReader in) {
        BucketSketch sketch = new BucketSketch(error);
        sketch.buckets = SparseCounts.read(in);
        return sketch;
    }
}
