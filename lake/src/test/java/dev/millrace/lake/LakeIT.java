package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.RecordCodec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** The catalog in PostgreSQL, the files in S3. */
final class LakeIT {

    @Test
    void tablesLieInS3AndTheirCatalogInPostgres() throws Exception {
        LocalStack stack = LocalStack.shared(Server.POSTGRES, Server.S3);
        Map<String, String> environment = new HashMap<>(stack.environment());
        environment.put("S3_BUCKET_PROCESSED", "lake-it");
        LakeSettings settings = LakeSettings.from(environment).orElseThrow();
        settings.makeBucket();
        settings.makeBucket();
        EventType things = Things.type(Things.FIELDS);
        UseCase useCase = new UseCase(
                "some", "Some", Path.of("some"), Map.of("things", things), List.of(), List.of(), List.of(), Map.of());
        try (SparkSession spark = settings.known(SparkSession.builder()
                        .master("local[2]")
                        .config("spark.ui.enabled", false)
                        .config("spark.driver.bindAddress", "127.0.0.1")
                        .config("spark.driver.host", "127.0.0.1"))
                .getOrCreate()) {
            Lake lake = new Lake(spark, useCase);
            lake.prepare();
            lake.prepare();
            LakeTable<GenericRecord> table = lake.events(things);
            GenericRecord thing = Things.random(things, new Random(3));
            table.stored(spark.createDataFrame(
                            List.of(table.rows().row(thing, new Position(1, "topic", 0, 0))),
                            table.rows().columns().rows()))
                    .writeTo(table.name())
                    .append();
            RecordCodec codec = new RecordCodec(things.schema());
            assertThat(codec.encode(table.rows().record(table.read().head()))).isEqualTo(codec.encode(thing));
        }
    }
}
