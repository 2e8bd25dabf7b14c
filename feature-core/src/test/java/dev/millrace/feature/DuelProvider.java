package dev.millrace.feature;

import dev.millrace.feature.fold.FoldProvider;
import dev.millrace.feature.fold.SequentialFold;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A fold that depends on the order of its events in every bit. */
public final class DuelProvider implements FoldProvider {
    @Override
    public String name() {
        return "duel";
    }

    @Override
    public Map<String, Double> defaults() {
        return Map.of("weight", 0.1);
    }

    @Override
    public SequentialFold with(ToDoubleFunction<String> settings) {
        double weight = settings.applyAsDouble("weight");
        if (weight <= 0) {
            throw new IllegalArgumentException("'weight' is above 0; found " + weight);
        }
        return new Duel(weight);
    }

    record Duel(double weight) implements SequentialFold {
        @Override
        public List<String> reads() {
            return List.of("points");
        }

        @Override
        public List<String> keeps() {
            return List.of("met", "strength");
        }

        @Override
        public double[] initial() {
            return new double[] {0, -0.0};
        }

        @Override
        public void apply(double[] event, List<double[]> entities) {
            double[] left = entities.get(0);
            double[] right = entities.get(1);
            double moved = weight * (event[0] - left[1] + StrictMath.sin(right[1]));
            left[0]++;
            right[0]++;
            left[1] += moved;
            right[1] -= moved / 3;
        }
    }
}
