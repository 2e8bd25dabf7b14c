package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import org.junit.jupiter.api.Test;

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
    void scoresOneOutputWithoutAllocating() throws Exception {
        Forest forest = binary();
        float[] vector = {0.1f, 0.2f, 0.3f, Float.NaN, 1};
        float sum = 0;
        for (int i = 0; i < 20_000; i++) {
            sum += forest.score(vector);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            sum += forest.score(vector);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(sum).isPositive();
        assertThat(allocated).isLessThan(1_000);
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
