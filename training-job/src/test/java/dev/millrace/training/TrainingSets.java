package dev.millrace.training;

import dev.millrace.schema.definition.ModelDefinition.PromotionRule;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Made-up sets whose labels depend on their features. */
public final class TrainingSets {

    private TrainingSets() {}

    public static ModelSpec spec(String model, Map<String, Double> atLeast) {
        return new ModelSpec(
                "a-use-case",
                model,
                ModelSpec.BINARY,
                "digest",
                new DefinitionFiles("a-use-case", new TreeMap<>(Map.of("use-case.yaml", new byte[] {'a'}))),
                Duration.ofHours(20),
                new PromotionRule("average_precision", 0.05, atLeast));
    }

    /** Rows one quarter of an hour apart, a tenth of the second feature missing, some 15 % of the labels 1. */
    public static TrainingSet of(ModelSpec spec, int size, long seed) {
        Random random = new Random(seed);
        double[][] rows = new double[size][];
        double[] labels = new double[size];
        long[] times = new long[size];
        List<String> ids = new ArrayList<>();
        long start = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        for (int i = 0; i < size; i++) {
            double x = random.nextGaussian() * 1000 + 5000;
            double y = random.nextDouble();
            rows[i] =
                    new double[] {x, random.nextInt(10) == 0 ? Double.NaN : y, Double.NaN, 7, random.nextInt(5) / 10.0};
            double signal = (x - 5000) / 1000 + 3 * y + random.nextGaussian() * 0.5;
            labels[i] = signal > 2.9 ? 1 : 0;
            times[i] = start + i * 900_000L;
            ids.add("event-" + i);
        }
        return new TrainingSet(
                spec,
                List.of("x", "y", "never", "always_7", "log(z)"),
                rows,
                labels,
                ids,
                times,
                Map.of("dataset", "lake.u.training_m@42"));
    }
}
