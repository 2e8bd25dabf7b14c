package dev.millrace.training.history;

import org.apache.spark.sql.SparkSession;

/** One session for all tests of this JVM. */
final class TestSpark {

    private static final SparkSession SESSION = SparkSession.builder()
            .appName("training-job tests")
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", 2)
            .getOrCreate();

    private TestSpark() {}

    static SparkSession session() {
        return SESSION;
    }
}
