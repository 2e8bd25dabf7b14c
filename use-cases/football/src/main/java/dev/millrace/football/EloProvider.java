package dev.millrace.football;

import dev.millrace.feature.fold.FoldProvider;
import dev.millrace.feature.fold.SequentialFold;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** {@code fold: elo}. */
public final class EloProvider implements FoldProvider {
    private static final double LEAST_CHANGE = 10;
    private static final double HOME_ADVANTAGE = 60;

    @Override
    public String name() {
        return "elo";
    }

    @Override
    public Map<String, Double> defaults() {
        return Map.of("k", LEAST_CHANGE, "home", HOME_ADVANTAGE);
    }

    @Override
    public SequentialFold with(ToDoubleFunction<String> settings) {
        return new Elo(settings.applyAsDouble("k"), settings.applyAsDouble("home"));
    }
}
