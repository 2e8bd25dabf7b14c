package dev.millrace.training.history;

import dev.millrace.feature.fold.FoldProvider;
import dev.millrace.feature.fold.SequentialFold;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A fold whose every bit depends on the order of what it has seen. */
public final class HaggleProvider implements FoldProvider {
    @Override
    public String name() {
        return "haggle";
    }

    @Override
    public Map<String, Double> defaults() {
        return Map.of();
    }

    @Override
    public SequentialFold with(ToDoubleFunction<String> settings) {
        return new Haggle();
    }

    private static final class Haggle implements SequentialFold {
        @Override
        public List<String> reads() {
            return List.of("points");
        }

        @Override
        public List<String> keeps() {
            return List.of("standing");
        }

        @Override
        public double[] initial() {
            return new double[] {1};
        }

        @Override
        public void apply(double[] event, List<double[]> entities) {
            double[] one = entities.get(0);
            double[] other = entities.get(1);
            double moved = 0.1 * (event[0] - one[0] + StrictMath.sin(other[0]));
            one[0] += moved;
            other[0] -= moved / 3;
        }
    }
}
