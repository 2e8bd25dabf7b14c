package dev.millrace.football;

import dev.millrace.feature.fold.SequentialFold;
import java.util.List;

/**
 * How many goals a team is better than an average one, at home and away. Constantinou and Fenton, Determining the level of
 * ability of football teams by dynamic ratings based on the relative discrepancies in scores between adversaries, Journal of
 * Quantitative Analysis in Sports 9 (2013).
 *
 * @param lambda how fast ratings follow results, above 0, at most 1
 * @param gamma how much of a change of the one rating carries over to the other, 0 to 1
 */
record PiRatings(double lambda, double gamma) implements SequentialFold {
    private static final double BASE = 10;
    private static final double SCALE = 3;
    private static final int HOME = 0;
    private static final int AWAY = 1;

    PiRatings {
        if (!(lambda > 0 && lambda <= 1)) {
            throw new IllegalArgumentException("'lambda' is above 0 and at most 1; found " + lambda);
        }
        if (!(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException("'gamma' is 0 to 1; found " + gamma);
        }
    }

    @Override
    public List<String> reads() {
        return List.of("home_goals", "away_goals");
    }

    @Override
    public List<String> keeps() {
        return List.of("home", "away");
    }

    @Override
    public double[] initial() {
        return new double[] {0, 0};
    }

    @Override
    public void apply(double[] event, List<double[]> entities) {
        double[] homeTeam = entities.get(0);
        double[] awayTeam = entities.get(1);
        double expected = goals(homeTeam[HOME]) - goals(awayTeam[AWAY]);
        double error = event[0] - event[1] - expected;
        double change = lambda * Math.signum(error) * SCALE * StrictMath.log10(1 + Math.abs(error));
        homeTeam[HOME] += change;
        homeTeam[AWAY] += gamma * change;
        awayTeam[AWAY] -= change;
        awayTeam[HOME] -= gamma * change;
    }

    /** The goals that a rating is expected to be worth against an average team. */
    private static double goals(double rating) {
        return Math.signum(rating) * (StrictMath.pow(BASE, Math.abs(rating) / SCALE) - 1);
    }
}
