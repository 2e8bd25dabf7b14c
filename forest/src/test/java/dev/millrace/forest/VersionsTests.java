package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models that other versions of XGBoost saved, each beside rows with the margins and scores that the version gave them: a line
 * is a vector of five, then the margins, then the scores. (Version 1.3 gives DART's margins other last
 * bits than all later ones: beside its model is what 3.2 made of it.)
 */
class VersionsTests {
    private static final Path FOLDER = Path.of("src/test/resources/xgboost");
    private static final int FEATURES = 5;
    private static final int ULPS = 2;

    static List<Path> models() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> !file.toString().endsWith(".csv"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void areOfEachGeneration() throws IOException {
        assertThat(models().stream()
                        .map(file -> file.getFileName().toString().replaceAll(".*-(\\d+\\.\\d+)\\..*", "$1"))
                        .distinct())
                .containsExactlyInAnyOrder("1.3", "1.7", "2.1", "3.2");
    }

    @ParameterizedTest
    @MethodSource("models")
    void scoreAsTheirVersionDid(Path model) throws Exception {
        Forest forest = Forest.read(Files.readAllBytes(model));
        Path rows = Path.of(model.toString().replaceAll("\\.(ubj|json)$", ".csv"));
        List<String> lines = Files.readAllLines(rows);
        assertThat(lines).hasSize(100);
        for (String line : lines) {
            String[] parts = line.split(",");
            float[] numbers = new float[parts.length];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Float.parseFloat(parts[i]);
            }
            int scoresFrom = FEATURES + forest.outputs();
            float[] vector = Arrays.copyOf(numbers, FEATURES);
            float[] margins = new float[forest.outputs()];
            forest.margins(vector, margins);
            assertThat(margins).as(line).containsExactly(Arrays.copyOfRange(numbers, FEATURES, scoresFrom));
            float[] scores = new float[forest.answers()];
            forest.scores(vector, scores);
            assertThat(scores).hasSize(numbers.length - scoresFrom);
            for (int i = 0; i < scores.length; i++) {
                assertThat(Math.abs(Float.floatToIntBits(scores[i]) - Float.floatToIntBits(numbers[scoresFrom + i])))
                        .as(line)
                        .isLessThanOrEqualTo(ULPS);
            }
        }
    }
}
