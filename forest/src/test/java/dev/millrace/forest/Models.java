package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Models trained by XGBoost itself, and its own answers. */
final class Models {

    private static final int ROWS = 600;
    private static final JsonMapper JSON = new JsonMapper();

    /** The first values of each vector that are categories, of models that have such. */
    static final int CATEGORICAL = 3;

    static final int CATEGORIES = 40;

    private Models() {}

    static Booster train(String objective, int features, int rounds, long seed, Map<String, Object> more)
            throws XGBoostError {
        return train(objective, features, rounds, seed, more, rows(new Random(seed), ROWS, features), 0);
    }

    /** The first three features are categories. */
    static Booster trainOnCategories(String objective, int features, int rounds, long seed, Map<String, Object> more)
            throws XGBoostError {
        float[] data = rowsOfCategories(new Random(seed), ROWS, features);
        return train(objective, features, rounds, seed, more, data, CATEGORICAL);
    }

    private static Booster train(
            String objective,
            int features,
            int rounds,
            long seed,
            Map<String, Object> more,
            float[] data,
            int categorical)
            throws XGBoostError {
        Map<String, Object> parameters = new HashMap<>(
                Map.of("objective", objective, "max_depth", 6, "eta", 0.1, "nthread", 1, "seed", 7, "subsample", 0.8));
        if (objective.startsWith("multi:")) {
            parameters.put("num_class", 3);
        }
        parameters.putAll(more);
        DMatrix matrix = new DMatrix(data, ROWS, features, Float.NaN);
        try {
            if (categorical > 0) {
                String[] types = new String[features];
                Arrays.setAll(types, i -> i < categorical ? "c" : "float");
                matrix.setFeatureTypes(types);
            }
            matrix.setLabel(labels(objective, data, features, new Random(seed + 1)));
            if (objective.startsWith("rank:")) {
                int[] groups = new int[ROWS / 20];
                Arrays.fill(groups, 20);
                matrix.setGroup(groups);
            }
            return XGBoost.train(matrix, parameters, rounds, Map.of(), null, null);
        } finally {
            matrix.dispose();
        }
    }

    private static float[] labels(String objective, float[] data, int features, Random random) {
        float[] labels = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            float x = data[row * features];
            float y = data[row * features + 1];
            double signal = (Float.isNaN(x) ? 0.3 : x % 3) + 0.5 * (Float.isNaN(y) ? 1 : y % 2);
            signal += 0.2 * random.nextGaussian();
            labels[row] = switch (objective) {
                case "binary:logistic", "binary:logitraw", "binary:hinge", "rank:map" -> signal > 0.5 ? 1 : 0;
                case "reg:logistic" -> (float) (1 / (1 + Math.exp(-signal)));
                case "multi:softprob", "multi:softmax" -> signal > 0.6 ? 2 : signal > 0 ? 1 : 0;
                case "count:poisson", "rank:ndcg", "rank:pairwise" -> (float) Math.clamp(Math.floor(signal * 3), 0, 9);
                case "reg:gamma", "reg:tweedie", "survival:cox", "reg:squaredlogerror" -> (float) Math.exp(signal / 2);
                default -> (float) signal;
            };
        }
        return labels;
    }

    /** Rows on a coarse grid, so that many values equal a threshold, with a tenth missing. */
    static float[] rows(Random random, int rows, int features) {
        float[] data = new float[rows * features];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextInt(10) == 0
                    ? Float.NaN
                    : i % features < 2 ? (float) random.nextGaussian() : random.nextInt(20) / 8f;
        }
        return data;
    }

    static float[] rowsOfCategories(Random random, int rows, int features) {
        float[] data = rows(random, rows, features);
        for (int i = 0; i < data.length; i++) {
            if (i % features < CATEGORICAL && !Float.isNaN(data[i])) {
                // Few of the last ones, so that some are never seen in training.
                data[i] = Math.min(random.nextInt(CATEGORIES), random.nextInt(CATEGORIES));
            }
        }
        return data;
    }

    static float[][] predict(Booster booster, float[] rows, int features, boolean margin) throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, rows.length / features, features, Float.NaN);
        try {
            return booster.predict(matrix, margin);
        } finally {
            matrix.dispose();
        }
    }

    /**
     * Margins by a way that takes infinities, which a DMatrix refuses, and a range of rounds.
     *
     * @param to where the rounds end; 0 when all count
     */
    static float[][] marginsInPlace(Booster booster, float[] rows, int features, int from, int to) throws XGBoostError {
        return booster.inplace_predict(
                rows,
                rows.length / features,
                features,
                Float.NaN,
                new int[] {from, to},
                Booster.PredictionType.kMargin,
                null);
    }

    static float[][] contributions(Booster booster, float[] rows, int features) throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, rows.length / features, features, Float.NaN);
        try {
            return booster.predictContrib(matrix, 0);
        } finally {
            matrix.dispose();
        }
    }

    /** The rows with finite values for infinities, which go the same way at all splits of this forest. */
    static float[] finite(float[] rows, Forest forest) {
        for (float threshold : forest.thresholds()) {
            assertThat(Math.abs(threshold)).isLessThan(Float.MAX_VALUE);
        }
        float[] finite = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            // Of NaN, which is missing, this makes NaN.
            finite[i] = Math.clamp(rows[i], -Float.MAX_VALUE, Float.MAX_VALUE);
        }
        return finite;
    }

    /** What XGBoost reads of a file that has no other than these rounds' trees. */
    static Booster rounds(Booster booster, int from, int to) throws XGBoostError, IOException {
        JsonNode file = JSON.readTree(booster.toByteArray("json"));
        JsonNode trained = file.at("/learner/gradient_booster");
        boolean dart = trained.get("name").asText().equals("dart");
        ObjectNode model = (ObjectNode) (dart ? trained.at("/gbtree/model") : trained.get("model"));
        JsonNode starts = model.get("iteration_indptr");
        int first = starts.get(from).asInt();
        int end = starts.get(to).asInt();
        ArrayNode trees = keep(model.get("trees"), first, end);
        for (int i = 0; i < trees.size(); i++) {
            ((ObjectNode) trees.get(i)).put("id", i);
        }
        keep(model.get("tree_info"), first, end);
        if (dart) {
            keep(trained.get("weight_drop"), first, end);
        }
        ArrayNode rounds = keep(starts, from, to + 1);
        for (int i = 0; i < rounds.size(); i++) {
            rounds.set(i, rounds.get(i).asInt() - first);
        }
        ((ObjectNode) model.get("gbtree_model_param")).put("num_trees", Integer.toString(trees.size()));
        Booster some = XGBoost.loadModel(new ByteArrayInputStream(JSON.writeValueAsBytes(file)));
        some.setParam("nthread", 1);
        return some;
    }

    private static ArrayNode keep(JsonNode array, int from, int to) {
        ArrayNode all = (ArrayNode) array;
        for (int i = all.size() - 1; i >= 0; i--) {
            if (i < from || i >= to) {
                all.remove(i);
            }
        }
        return all;
    }
}
