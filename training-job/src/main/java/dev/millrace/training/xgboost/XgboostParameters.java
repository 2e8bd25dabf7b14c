package dev.millrace.training.xgboost;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model is trained with, under XGBoost's names. */
public record XgboostParameters(
        int trees,
        int maxDepth,
        double learningRate,
        double subsample,
        double colsampleByTree,
        double minChildWeight,
        double lambda,
        double alpha) {

    /** Where tuning begins. */
    public static final XgboostParameters DEFAULT = new XgboostParameters(100, 6, 0.1, 0.8, 0.8, 1, 1, 0);

    /** The defaults and few neighbours: each changes what tends to matter most on rare classes, and costs seconds. */
    public static List<XgboostParameters> grid() {
        return List.of(
                DEFAULT,
                new XgboostParameters(100, 4, 0.1, 0.8, 0.8, 1, 1, 0),
                new XgboostParameters(100, 6, 0.1, 0.8, 0.8, 5, 1, 0),
                new XgboostParameters(100, 6, 0.1, 0.8, 0.8, 1, 10, 0));
    }

    /** As XGBoost takes them. The base score is set: estimated from the labels, it costs precision on rare classes. */
    public Map<String, Object> asMap(int threads, long seed) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("objective", "binary:logistic");
        map.put("base_score", 0.5);
        map.put("tree_method", "hist");
        map.put("n_estimators", trees);
        map.put("max_depth", maxDepth);
        map.put("learning_rate", learningRate);
        map.put("subsample", subsample);
        map.put("colsample_bytree", colsampleByTree);
        map.put("min_child_weight", minChildWeight);
        map.put("reg_lambda", lambda);
        map.put("reg_alpha", alpha);
        map.put("nthread", threads);
        map.put("seed", seed);
        return map;
    }
}
