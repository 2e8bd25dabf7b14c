package dev.millrace.football;

import dev.millrace.feature.fold.FoldProvider;
import dev.millrace.feature.fold.SequentialFold;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** {@code fold: pi-ratings}. */
public final class PiRatingsProvider implements FoldProvider {
    private static final double LEARNING_RATE = 0.035;
    private static final double CARRIED_OVER = 0.7;

    @Override
    public String name() {
        return "pi-ratings";
    }

    @Override
    public Map<String, Double> defaults() {
        return Map.of("lambda", LEARNING_RATE, "gamma", CARRIED_OVER);
    }

    @Override
    public SequentialFold with(ToDoubleFunction<String> settings) {
        return new PiRatings(settings.applyAsDouble("lambda"), settings.applyAsDouble("gamma"));
    }
}
