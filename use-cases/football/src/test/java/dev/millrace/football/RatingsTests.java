package dev.millrace.football;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.FeatureHistory;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.fold.FoldProvider;
import dev.millrace.feature.state.Fingerprint;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class RatingsTests {
    private static final FeatureEngine ENGINE = FeatureEngine.compile(UseCaseLoader.load(Path.of(".")));
    private static final long SETTLE = 3 * 3_600_000L;

    private record Match(
            long kickoff, String country, String league, String home, String away, int scored, int conceded) {
        String id() {
            return league + kickoff + home + away;
        }

        SourceRecord record() {
            Map<String, Object> fields = Map.of(
                    "match_id", id(),
                    "country", country,
                    "league", league,
                    "home_team", home,
                    "away_team", away,
                    "kickoff", kickoff,
                    "home_goals", scored,
                    "away_goals", conceded);
            return new SourceRecord(id(), kickoff, 0, fields::get);
        }
    }

    @Test
    void movesEloByGoalsAndSurprise() {
        double[] home = {1500};
        double[] away = {1500};
        new Elo(10, 0).apply(new double[] {3, 1}, List.of(home, away));
        assertThat(home[0]).isEqualTo(1515);
        assertThat(away[0]).isEqualTo(1485);
        new Elo(10, 400).apply(new double[] {0, 0}, List.of(new double[] {1500}, away));
        assertThat(away[0]).isCloseTo(1485 + 10 * (10 / 11.0 - 0.5), within(2.0));
    }

    @Test
    void movesPiRatingsTowardsTheResult() {
        double[] home = {1.6, 0.4};
        double[] away = {0.3, -1.2};
        new PiRatings(0.1, 0.3).apply(new double[] {4, 1}, List.of(home, away));
        double expected = (StrictMath.pow(10, 1.6 / 3) - 1) + (StrictMath.pow(10, 1.2 / 3) - 1);
        double error = expected - 3;
        double moved = 0.1 * 3 * StrictMath.log10(1 + error);
        assertThat(error).isPositive();
        assertThat(home).containsExactly(new double[] {1.6 - moved, 0.4 - 0.3 * moved}, within(1e-12));
        assertThat(away).containsExactly(new double[] {0.3 + 0.3 * moved, -1.2 + moved}, within(1e-12));
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        assertThatThrownBy(() -> FoldProvider.named("elo").orElseThrow().with(name -> 0))
                .hasMessage("'k' is above 0; found 0.0");
        assertThatThrownBy(() -> FoldProvider.named("pi-ratings").orElseThrow().with(name -> 2))
                .hasMessage("'lambda' is above 0 and at most 1; found 2.0");
        assertThatThrownBy(() -> new PiRatings(0.1, -1)).hasMessage("'gamma' is 0 to 1; found -1.0");
    }

    @Test
    void theModelReadsRatingsFormAndMeetings() {
        assertThat(ENGINE.model("match-outcome").orElseThrow().features())
                .contains("home.won_60d", "away.scored_365d", "met.goals_1460d", "home_rest_days", "elo_difference");
    }

    @Test
    void everyMatchOfTenSeasonsFindsTheRatingsThatBruteForceFinds() throws IOException {
        String data = System.getenv("MILLRACE_DATA");
        Path file = (data == null ? Path.of("../../../shared/data") : Path.of(data))
                .resolve("football/matches-2009-2019.csv.gz");
        assumeTrue(
                Files.exists(file),
                "skipped: there is no " + file + "; set MILLRACE_DATA to the folder of the data sets");
        List<Match> matches = read(file);
        View elo = ENGINE.view("elo").orElseThrow();
        View pi = ENGINE.view("pi_rating").orElseThrow();
        FeatureHistory elos = new FeatureHistory(elo);
        FeatureHistory pis = new FeatureHistory(pi);
        Map<String, double[]> known = new HashMap<>();
        List<Match> pending = new ArrayList<>();
        for (Match match : matches) {
            pending.removeIf(earlier -> {
                boolean over = earlier.kickoff() <= match.kickoff() - SETTLE;
                if (over) {
                    play(earlier, known);
                }
                return over;
            });
            pending.add(match);
            double[] home = known.getOrDefault(match.home(), new double[] {1500, 0, 0});
            double[] away = known.getOrDefault(match.away(), new double[] {1500, 0, 0});
            assertThat(elo.read(elos.at(match.home(), match.kickoff()), match.kickoff()))
                    .containsExactly(home[0]);
            assertThat(elo.read(elos.at(match.away(), match.kickoff()), match.kickoff()))
                    .containsExactly(away[0]);
            assertThat(pi.read(pis.at(match.home(), match.kickoff()), match.kickoff()))
                    .containsExactly(home[1], home[2]);
            assertThat(pi.read(pis.at(match.away(), match.kickoff()), match.kickoff()))
                    .containsExactly(away[1], away[2]);
            elo.feed(match.record()).forEach(fed -> elos.fold(fed.key(), fed.event()));
            pi.feed(match.record()).forEach(fed -> pis.fold(fed.key(), fed.event()));
        }
        assertThat(matches).hasSizeGreaterThan(20_000);
    }

    private static void play(Match match, Map<String, double[]> known) {
        double[] home = known.computeIfAbsent(match.home(), name -> new double[] {1500, 0, 0});
        double[] away = known.computeIfAbsent(match.away(), name -> new double[] {1500, 0, 0});
        double goals = match.scored() - match.conceded();
        double expected = 1 / (1 + StrictMath.pow(10, (away[0] - home[0] - 60) / 400));
        double result = goals > 0 ? 1 : goals < 0 ? 0 : 0.5;
        double change = 10 * (1 + Math.abs(goals)) * (result - expected);
        home[0] += change;
        away[0] -= change;
        double predicted = worth(home[1]) - worth(away[2]);
        double error = goals - predicted;
        double moved = 0.035 * Math.signum(error) * 3 * StrictMath.log10(1 + Math.abs(error));
        home[1] += moved;
        home[2] += 0.7 * moved;
        away[2] -= moved;
        away[1] -= 0.7 * moved;
    }

    private static double worth(double rating) {
        return Math.signum(rating) * (StrictMath.pow(10, Math.abs(rating) / 3) - 1);
    }

    private static List<Match> read(Path file) throws IOException {
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .skip(1)
                    .map(line -> line.split(",", -1))
                    .map(cells -> new Match(
                            LocalDateTime.parse(cells[0], format)
                                    .toInstant(ZoneOffset.UTC)
                                    .toEpochMilli(),
                            cells[1],
                            cells[2],
                            cells[4],
                            cells[5],
                            Integer.parseInt(cells[6]),
                            Integer.parseInt(cells[7])))
                    .sorted(Comparator.comparingLong(Match::kickoff)
                            .thenComparingLong(match -> Fingerprint.of(match.id())))
                    .toList();
        }
    }
}
