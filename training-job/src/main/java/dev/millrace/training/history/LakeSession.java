package dev.millrace.training.history;

import dev.millrace.lake.LakeSettings;
import org.apache.spark.sql.SparkSession;

/** Spark, set up for one command: no server of its own, no more partitions than it has use for. */
final class LakeSession implements AutoCloseable {

    /** For each core, so that a sort fits into memory and no core waits for a long last task. */
    private static final int PARTITIONS_PER_CORE = 4;

    private final SparkSession spark;

    LakeSession(LakeSettings lake, String master) {
        spark = lake.known(SparkSession.builder()
                        .appName("training-job")
                        .master(master)
                        .config("spark.ui.enabled", false)
                        .config("spark.driver.bindAddress", "127.0.0.1")
                        .config("spark.driver.host", "127.0.0.1")
                        .config("spark.sql.session.timeZone", "UTC")
                        // Features may differ in case only.
                        .config("spark.sql.caseSensitive", true)
                        .config("spark.sql.adaptive.enabled", false)
                        // One buffer sorted by partition instead of a file and a compressor for each.
                        .config("spark.shuffle.sort.bypassMergeThreshold", 0))
                .getOrCreate();
    }

    SparkSession spark() {
        return spark;
    }

    /** Of each shuffle. */
    int partitions() {
        return PARTITIONS_PER_CORE * spark.sparkContext().defaultParallelism();
    }

    @Override
    public void close() {
        spark.stop();
    }
}
