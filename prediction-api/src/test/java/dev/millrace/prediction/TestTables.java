package dev.millrace.prediction;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;

/** What the stream has made in the database by the time that predictions are asked for. */
final class TestTables {

    private TestTables() {}

    static void create(Connection database) throws Exception {
        try (Statement tables = database.createStatement()) {
            Path migrations = Path.of("../feature-stream/src/main/resources/db/migration");
            tables.execute(Files.readString(migrations.resolve("V1__platform.sql")));
            tables.execute(Files.readString(migrations.resolve("V2__predictions.sql")));
            tables.execute("create table labels_all partition of labels default");
            tables.execute("create table predictions_all partition of predictions default");
            tables.execute("""
                    create table parcel (parcel_id uuid, "timestamp" timestamptz, sender text, depot bigint,
                      price numeric(12, 2), grams integer, fragile boolean, size text, late integer, topic_id text,
                      kafka_partition integer, kafka_offset bigint, arrival_time timestamptz, sink_batch bigint)
                    """);
        }
    }
}
