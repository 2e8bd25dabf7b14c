package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import ml.dmlc.xgboost4j.java.Booster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ForestTests {

    @Test
    void saysWhatItIs() throws Exception {
        Booster booster = Models.train("multi:softprob", 5, 4, 1, Map.of());
        booster.setFeatureNames(new String[] {"a", "b", "c", "d", "e"});
        Forest forest = Forest.read(booster.toByteArray("ubj"));
        booster.dispose();
        assertThat(forest.objective().id()).isEqualTo("multi:softprob");
        assertThat(forest.features()).isEqualTo(5);
        assertThat(forest.outputs()).isEqualTo(3);
        assertThat(forest.trees()).isEqualTo(12);
        assertThat(forest.featureNames()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void refusesAVectorOfAnotherLength() throws Exception {
        Forest forest = binary();
        assertThatThrownBy(() -> forest.score(new float[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a vector of 5 features, but came 4");
        assertThatThrownBy(() -> forest.scores(new float[5], new float[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected room for 1 outputs, but came 2");
    }

    @Test
    void refusesRowsThatDoNotFit() throws Exception {
        Forest forest = binary();
        assertThatThrownBy(() -> forest.scoresOfRows(new float[11], 2, new float[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected 2 vectors of 5 features, but came 11 values");
        assertThatThrownBy(() -> forest.marginsOfRows(new float[10], 2, new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected room for 2 outputs, but came 3");
        assertThatThrownBy(() -> forest.iterations(3, 51))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected iterations from 0 to 50, at least one, but came 3 to 51");
    }

    @Test
    void scoresWithoutAllocating() throws Exception {
        Forest forest = binary();
        float[] vector = {0.1f, 0.2f, 0.3f, Float.NaN, 1};
        float[] rows = Models.rows(new Random(1), 37, 5);
        float[] scores = new float[37];
        assertAllocatesNothing(() -> forest.score(vector));
        assertAllocatesNothing(() -> forest.scoresOfRows(rows, 37, scores));
        Booster booster = Models.train("multi:softmax", 5, 5, 1, Map.of());
        Forest classes = Forest.read(booster.toByteArray("ubj"));
        booster.dispose();
        assertAllocatesNothing(() -> classes.score(vector));
        Booster probabilities = Models.train("multi:softprob", 5, 5, 1, Map.of());
        Forest each = Forest.read(probabilities.toByteArray("ubj"));
        probabilities.dispose();
        float[] all = new float[each.answers()];
        assertAllocatesNothing(() -> each.scores(vector, all));
        Booster dropping = Models.train("binary:logistic", 5, 5, 1, Map.of("booster", "dart", "rate_drop", 0.3));
        Forest dart = Forest.read(dropping.toByteArray("ubj"));
        dropping.dispose();
        assertAllocatesNothing(() -> dart.score(vector));
    }

    private static void assertAllocatesNothing(Runnable scoring) {
        for (int i = 0; i < 20_000; i++) {
            scoring.run();
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            scoring.run();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
    }

    /** More threads than there are slots for their rooms: none may take another's. */
    @Test
    @Timeout(60)
    void manyThreadsGetWhatOneGets() throws Exception {
        Forest forest = binary();
        int count = 2_000;
        float[] rows = Models.rows(new Random(2), count, 5);
        float[] expected = new float[count];
        forest.scoresOfRows(rows, count, expected);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<float[]>> all = new ArrayList<>();
            for (int thread = 0; thread < 40; thread++) {
                all.add(executor.submit(() -> {
                    float[] scores = new float[count];
                    for (int row = 0; row < count; row++) {
                        scores[row] = forest.score(Arrays.copyOfRange(rows, row * 5, row * 5 + 5));
                    }
                    return scores;
                }));
            }
            for (Future<float[]> scores : all) {
                assertThat(scores.get()).containsExactly(expected);
            }
        }
    }

    private static Forest binary() throws Exception {
        Booster booster = Models.train("binary:logistic", 5, 50, 1, Map.of());
        try {
            return Forest.read(booster.toByteArray("ubj"));
        } finally {
            booster.dispose();
        }
    }
}
