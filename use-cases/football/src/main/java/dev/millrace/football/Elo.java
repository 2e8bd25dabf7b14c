package dev.millrace.football;

import dev.millrace.feature.fold.SequentialFold;
import java.util.List;

/**
 * The Elo rating of chess, with goals: a match moves both ratings by {@code k · (1 + |goal difference|) · (result − expected)},
 * in opposite directions. Hvattum and Arntzen, Using ELO ratings for match result prediction in association football,
 * International Journal of Forecasting 26 (2010), their ELO<sub>g</sub> with λ = 1; the home advantage is World Football
 * Elo's.
 *
 * @param k points of a draw that surprises wholly, above 0
 * @param home points that playing at home is worth
 */
record Elo(double k, double home) implements SequentialFold {
    private static final double START = 1500;
    /** Ten times as likely to win. */
    private static final double SCALE = 400;

    Elo {
        if (!(k > 0)) {
            throw new IllegalArgumentException("'k' is above 0; found " + k);
        }
    }

    @Override
    public List<String> reads() {
        return List.of("home_goals", "away_goals");
    }

    @Override
    public List<String> keeps() {
        return List.of("rating");
    }

    @Override
    public double[] initial() {
        return new double[] {START};
    }

    @Override
    public void apply(double[] event, List<double[]> entities) {
        double difference = event[0] - event[1];
        double[] homeTeam = entities.get(0);
        double[] awayTeam = entities.get(1);
        double expected = 1 / (1 + StrictMath.pow(10, (awayTeam[0] - homeTeam[0] - home) / SCALE));
        double result = (Math.signum(difference) + 1) / 2;
        double change = k * (1 + Math.abs(difference)) * (result - expected);
        homeTeam[0] += change;
        awayTeam[0] -= change;
    }
}
