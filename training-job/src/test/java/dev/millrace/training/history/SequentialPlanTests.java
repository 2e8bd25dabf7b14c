package dev.millrace.training.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.lake.EventRows;
import dev.millrace.lake.LabelRows;
import dev.millrace.lake.Position;
import dev.millrace.schema.definition.EventType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Made-up bouts, some of them late or repeated: what their fighters' standing was, by Spark and by brute force. */
@Timeout(180)
class SequentialPlanTests {

    private static final ModelReference MODEL = new ModelReference("src/test/resources/use-cases", "bouts", "upset");
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final long SETTLE = Duration.ofHours(3).toMillis();

    private record Bout(
            String id, long time, String ring, String home, String guest, double points, Position position) {

        GenericRecord event(EventType type) {
            GenericRecord event = new GenericData.Record(type.schema());
            event.put("bout_id", id);
            event.put("fought_at", time);
            event.put("ring", ring);
            event.put("home", home);
            event.put("guest", guest);
            event.put("points", points);
            return event;
        }
    }

    /** Fighters of a ring meet each other only. */
    private static List<Bout> world(long seed) {
        Random random = new Random(seed);
        List<Bout> bouts = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            // No two at the same time: their order is that of a hash.
            long time = START + i * 1_200_000L + random.nextInt(1_200_000);
            String ring = "ring" + random.nextInt(3);
            int home = random.nextInt(8);
            int guest = (home + 1 + random.nextInt(7)) % 8;
            long delay = random.nextInt(6) > 0 ? random.nextInt(5_000) : random.nextInt(72_000_000);
            bouts.add(new Bout(
                    new UUID(random.nextLong(), random.nextLong()).toString(),
                    time,
                    ring,
                    ring + "-" + home,
                    ring + "-" + guest,
                    random.nextInt(80) / 10.0,
                    new Position(time + delay, "topic", random.nextInt(3), i)));
        }
        return bouts;
    }

    private static Dataset<Row> delivered(SparkSession spark, List<Bout> bouts, Random random) {
        EventType type = MODEL.compiled().rows();
        EventRows codec = new EventRows(type);
        List<Row> rows = new ArrayList<>();
        for (Bout bout : bouts) {
            rows.add(codec.row(bout.event(type), bout.position()));
            if (random.nextInt(10) == 0) {
                Position first = bout.position();
                rows.add(codec.row(
                        bout.event(type),
                        new Position(
                                first.arrivalTime() + random.nextInt(7_200_000),
                                first.topicId(),
                                first.partition(),
                                first.offset() + 1_000_000)));
            }
        }
        Collections.shuffle(rows, random);
        return spark.createDataFrame(rows, codec.columns().rows());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyRowSeesTheStandingOfAllThatHadArrivedAndSettled(long seed) {
        List<Bout> bouts = world(seed);
        SparkSession spark = TestSpark.session();
        Dataset<Row> events = delivered(spark, bouts, new Random(seed));
        Dataset<Row> labels =
                spark.createDataFrame(List.of(), new LabelRows().columns().rows());
        List<Row> rows = new PointInTimePlan(MODEL, new RowRange(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE), 3)
                .rows(List.of(new PointInTimePlan.Events(MODEL.compiled().rows(), events)), labels)
                .collectAsList();
        assertThat(rows).hasSameSizeAs(bouts);
        Map<String, Bout> byId = new HashMap<>();
        bouts.forEach(bout -> byId.put(bout.id(), bout));
        int moved = 0;
        for (Row row : rows) {
            Bout bout = byId.remove(row.getString(0));
            Map<String, double[]> standings = standings(bouts, bout);
            double home = standings.getOrDefault(bout.home(), new double[] {1})[0];
            double guest = standings.getOrDefault(bout.guest(), new double[] {1})[0];
            assertThat(new double[] {row.getDouble(4), row.getDouble(5), row.getDouble(6)})
                    .as("the row of %s", bout)
                    .containsExactly(home, guest, bout.points());
            moved += home != 1 && guest != 1 ? 1 : 0;
        }
        assertThat(moved).isGreaterThan(500);
    }

    private static Map<String, double[]> standings(List<Bout> bouts, Bout row) {
        Map<String, double[]> standings = new HashMap<>();
        bouts.stream()
                .filter(bout -> bout.ring().equals(row.ring()))
                .filter(bout -> bout.time() <= row.time() - SETTLE)
                .filter(bout -> bout.position().compareTo(row.position()) <= 0)
                .sorted(Comparator.comparingLong(Bout::time))
                .forEach(bout -> {
                    double[] home = standings.computeIfAbsent(bout.home(), name -> new double[] {1});
                    double[] guest = standings.computeIfAbsent(bout.guest(), name -> new double[] {1});
                    double change = 0.1 * (bout.points() - home[0] + StrictMath.sin(guest[0]));
                    home[0] += change;
                    guest[0] -= change / 3;
                });
        return standings;
    }
}
