package dev.millrace.bench.serving;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the stages of an answer have taken so far, as the service itself counts it.
 *
 * @param seconds by stage
 * @param counts by stage
 */
record Stages(Map<String, Double> seconds, Map<String, Double> counts) {
    private static final List<String> COUNTED = List.of("parse", "inference", "write", "keep");

    static Stages of(MeasuredService service) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        Map<String, Double> counts = new LinkedHashMap<>();
        for (String stage : COUNTED) {
            seconds.put(stage, service.metric("prediction_stage_seconds_sum{stage=\"" + stage + "\"}"));
            counts.put(stage, service.metric("prediction_stage_seconds_count{stage=\"" + stage + "\"}"));
        }
        double features = 0;
        for (String type : List.of("stored", "vector")) {
            features += service.metric("feature_computation_seconds_sum{feature_type=\"" + type + "\"}");
        }
        seconds.put("features", features);
        counts.put("features", service.metric("feature_computation_seconds_count{feature_type=\"vector\"}"));
        return new Stages(seconds, counts);
    }

    /** Mean microseconds of each stage since then: waiting for the store and for a processor included. */
    Map<String, Double> since(Stages before) {
        Map<String, Double> means = new LinkedHashMap<>();
        seconds.forEach((stage, now) -> means.put(
                stage,
                (now - before.seconds().getOrDefault(stage, 0.0))
                        * 1e6
                        / (counts.getOrDefault(stage, 0.0) - before.counts().getOrDefault(stage, 0.0))));
        return means;
    }
}
