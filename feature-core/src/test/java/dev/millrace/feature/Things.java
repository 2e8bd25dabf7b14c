package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The test's use case, and events that are as awkward as they can be. */
final class Things {
    static final FeatureEngine ENGINE = FeatureEngine.compile(UseCaseLoader.load(Path.of("src/test/resources/things")));

    private Things() {}

    /** Of what is small: nobody may ask. */
    static <T> T noOlder() {
        throw new AssertionError("Asked for an older block where there is none");
    }

    static View view(String name) {
        return ENGINE.view(name).orElseThrow();
    }

    /** A raw event: what the oracle sees. Null is missing. */
    record Thing(String id, long time, BigDecimal amount, Long size, Boolean flag) {
        Values fields() {
            Map<String, Object> fields = new HashMap<>();
            fields.put("id", id);
            fields.put("owner", "me");
            fields.put("at", time);
            fields.put("amount", amount);
            fields.put("size", size);
            fields.put("flag", flag);
            fields.put("partner", partner());
            fields.put("colour", colour());
            return fields::get;
        }

        /** One of forty, or missing. */
        String partner() {
            int spread = Math.floorMod(id.hashCode() * 31, 45);
            return spread >= 40 ? null : "p" + spread;
        }

        String colour() {
            return switch (Math.floorMod(id.hashCode(), 3)) {
                case 0 -> "RED";
                case 1 -> "GREEN";
                default -> null;
            };
        }

        ProjectedEvent in(View view) {
            return view.feed(new SourceRecord(id, time, 0, fields())).getFirst().event();
        }
    }

    record Mark(String id, long time, int revision, double value) {
        ProjectedEvent in(View view) {
            SourceRecord label =
                    new SourceRecord(id, time, revision, name -> name.equals("value") ? (Object) value : "me");
            return view.feed(label).getFirst().event();
        }
    }

    /** Times on and beside the edges of tiles and windows, ties, extremes and holes. */
    static List<Thing> some(Random random, int count, long start, long span) {
        List<Thing> things = new ArrayList<>();
        long[] grid = {1, 1000, 7000, 10_000, 60_000};
        for (int i = 0; i < count; i++) {
            long time = start + Math.floorMod(random.nextLong(), span);
            if (random.nextInt(3) > 0) {
                long step = grid[random.nextInt(grid.length)];
                time = Math.floorDiv(time, step) * step + random.nextInt(3) - 1;
            }
            if (i > 0 && random.nextInt(8) == 0) {
                time = things.getLast().time();
            }
            BigDecimal amount = random.nextInt(10) == 0
                    ? null
                    : BigDecimal.valueOf(
                            random.nextInt(5) == 0
                                    ? random.nextLong(-999_999_999_999L, 1_000_000_000_000L)
                                    : random.nextInt(-500, 3000),
                            2);
            Long size = random.nextInt(10) == 0
                    ? null
                    : random.nextInt(5) == 0
                            ? random.nextLong(-999_999_999_999L, 1_000_000_000_000L)
                            : random.nextInt(9);
            Boolean flag = random.nextInt(4) == 0 ? null : random.nextBoolean();
            things.add(new Thing("id" + i, time, amount, size, flag));
        }
        return things;
    }
}
