package dev.millrace.forest.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.forest.ModelFormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads and writes the drift baseline in {@code millrace.json}. */
final class DriftCodec {

    private DriftCodec() {}

    static void write(DriftBaseline baseline, ObjectNode into) {
        into.put("rows", baseline.rows());
        var features = into.putArray("features");
        baseline.features().forEach(histogram -> write(histogram, features.addObject()));
        write(baseline.score(), into.putObject("score"));
    }

    private static void write(DriftHistogram histogram, ObjectNode into) {
        switch (histogram.bins()) {
            case DriftBins.Quantiles(double min, List<Double> edges, double max) ->
                into.put("min", min).put("max", max).set("edges", array(edges));
            case DriftBins.Values(List<Double> values) -> into.set("values", array(values));
        }
        into.set("shares", array(histogram.shares()));
        into.put("missing", histogram.missing());
    }

    private static JsonNode array(List<Double> values) {
        return ManifestCodec.array(values.stream().mapToDouble(v -> v).toArray());
    }

    static DriftBaseline read(JsonNode node) throws ModelFormatException {
        List<DriftHistogram> features = new ArrayList<>();
        for (JsonNode feature : ManifestCodec.field(node, "features", JsonNode::isArray, "an array")) {
            features.add(histogram(feature));
        }
        long rows = ManifestCodec.field(node, "rows", JsonNode::isIntegralNumber, "an integer")
                .longValue();
        return new DriftBaseline(
                rows, features, histogram(ManifestCodec.field(node, "score", JsonNode::isObject, "an object")));
    }

    private static DriftHistogram histogram(JsonNode node) throws ModelFormatException {
        DriftBins bins = node.has("values")
                ? new DriftBins.Values(list(node, "values"))
                : new DriftBins.Quantiles(number(node, "min"), list(node, "edges"), number(node, "max"));
        return new DriftHistogram(bins, list(node, "shares"), number(node, "missing"));
    }

    private static double number(JsonNode node, String name) throws ModelFormatException {
        return ManifestCodec.field(node, name, JsonNode::isNumber, "a number").doubleValue();
    }

    private static List<Double> list(JsonNode node, String name) throws ModelFormatException {
        return Arrays.stream(ManifestCodec.doubles(node, name)).boxed().toList();
    }
}
