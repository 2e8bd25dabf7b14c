package dev.millrace.forest;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What a model was trained for: how its base score becomes a margin, and its margins scores. Formulas are those of XGBoost
 * ({@code src/common/math.h}, {@code src/objective}), in float32 where it computes in float32. Its {@code expf} and
 * {@code logf} are imitated by {@link StrictMath} rounded to float32, which differs from a correctly rounded result only
 * when the exact value lies within a double's error of the middle between two floats.
 */
public enum Objective {
    BINARY_LOGISTIC("binary:logistic") {
        @Override
        float baseMargin(float baseScore) {
            return -log(1.0f / baseScore - 1.0f);
        }

        @Override
        void transform(float[] margins) {
            margins[0] = sigmoid(margins[0]);
        }

        @Override
        float transform(float margin) {
            return sigmoid(margin);
        }
    },
    SQUARED_ERROR("reg:squarederror"),
    SOFTPROB("multi:softprob") {
        @Override
        void transform(float[] margins) {
            softmax(margins);
        }
    },
    POISSON("count:poisson") {
        @Override
        float baseMargin(float baseScore) {
            return log(baseScore);
        }

        @Override
        void transform(float[] margins) {
            margins[0] = exp(margins[0]);
        }

        @Override
        float transform(float margin) {
            return exp(margin);
        }
    };

    private final String id;

    Objective(String id) {
        this.id = id;
    }

    /** XGBoost's name of this objective. */
    public String id() {
        return id;
    }

    float baseMargin(float baseScore) {
        return baseScore;
    }

    void transform(float[] margins) {}

    float transform(float margin) {
        return margin;
    }

    static Objective of(String id) throws ModelFormatException {
        for (Objective objective : values()) {
            if (objective.id.equals(id)) {
                return objective;
            }
        }
        String known = Arrays.stream(values()).map(Objective::id).collect(Collectors.joining(", "));
        throw ModelFormatException.unsupported("one of the objectives " + known, "'" + id + "'");
    }

    private static float sigmoid(float x) {
        // The bound keeps expf from overflowing; the 1e-16 that XGBoost adds to the sum vanishes in float32.
        return 1.0f / (exp(Math.min(-x, 88.7f)) + 1.0f);
    }

    private static void softmax(float[] margins) {
        float max = margins[0];
        for (int i = 1; i < margins.length; i++) {
            max = Math.max(max, margins[i]);
        }
        double sum = 0;
        for (int i = 0; i < margins.length; i++) {
            margins[i] = exp(margins[i] - max);
            sum += margins[i];
        }
        for (int i = 0; i < margins.length; i++) {
            margins[i] /= (float) sum;
        }
    }

    private static float exp(float x) {
        return (float) StrictMath.exp(x);
    }

    private static float log(float x) {
        return (float) StrictMath.log(x);
    }
}
