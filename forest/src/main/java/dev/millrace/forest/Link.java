package dev.millrace.forest;

/**
 * How a base score becomes a margin, and margins become scores. Formulas are those of XGBoost ({@code src/common/math.h},
 * {@code src/objective}), in float32 where it computes in float32. Its {@code expf} and {@code logf} are imitated by
 * {@link StrictMath} rounded to float32, which differs from a correctly rounded result only when the exact value lies within a
 * double's error of the middle between two floats.
 */
enum Link {
    /** The margin is the score. */
    IDENTITY,
    /** The logistic function: scores are probabilities. */
    LOGISTIC {
        @Override
        float baseMargin(float baseScore) {
            return logit(baseScore);
        }

        @Override
        float score(float margin) {
            return sigmoid(margin);
        }
    },
    /** Scores are decisions: 1 above a margin of 0, else 0. */
    HINGE {
        @Override
        float score(float margin) {
            return margin > 0 ? 1 : 0;
        }
    },
    /** The margin is the logarithm of the score. */
    LOG {
        @Override
        float baseMargin(float baseScore) {
            return log(baseScore);
        }

        @Override
        float score(float margin) {
            return exp(margin);
        }
    },
    /** Scores are the probabilities of classes. */
    SOFTMAX {
        @Override
        void scores(float[] margins, int from, int outputs, float[] scores, int to) {
            float max = margins[from];
            for (int i = 1; i < outputs; i++) {
                max = Math.max(max, margins[from + i]);
            }
            double sum = 0;
            for (int i = 0; i < outputs; i++) {
                scores[to + i] = exp(margins[from + i] - max);
                sum += scores[to + i];
            }
            for (int i = 0; i < outputs; i++) {
                scores[to + i] /= (float) sum;
            }
        }
    },
    /** The one score is the number of the class with the greatest margin, the first of equals. */
    GREATEST {
        @Override
        int answers(int outputs) {
            return 1;
        }

        @Override
        float score(float margin) {
            return 0;
        }

        @Override
        void scores(float[] margins, int from, int outputs, float[] scores, int to) {
            int greatest = 0;
            for (int i = 1; i < outputs; i++) {
                if (margins[from + i] > margins[from + greatest]) {
                    greatest = i;
                }
            }
            scores[to] = greatest;
        }
    };

    /** NaN or infinite where it is no base score of this kind. */
    float baseMargin(float baseScore) {
        return baseScore;
    }

    /** How many scores so many margins give. */
    int answers(int outputs) {
        return outputs;
    }

    /** The score of a model with one output. */
    float score(float margin) {
        return margin;
    }

    /** Writes the scores of a row, whose margins are those from here; both may lie in the same place. */
    void scores(float[] margins, int from, int outputs, float[] scores, int to) {
        for (int i = 0; i < outputs; i++) {
            scores[to + i] = score(margins[from + i]);
        }
    }

    private static float logit(float probability) {
        return -log(1.0f / probability - 1.0f);
    }

    private static float sigmoid(float x) {
        // The bound keeps expf from overflowing; the 1e-16 that XGBoost adds to the sum vanishes in float32.
        return 1.0f / (exp(Math.min(-x, 88.7f)) + 1.0f);
    }

    private static float exp(float x) {
        return (float) StrictMath.exp(x);
    }

    private static float log(float x) {
        return (float) StrictMath.log(x);
    }
}
