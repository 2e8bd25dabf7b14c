package dev.millrace.forest.model;

import static dev.millrace.forest.ModelFormatException.invalid;
import static dev.millrace.forest.ModelFormatException.malformed;
import static dev.millrace.forest.ModelFormatException.unsupported;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.forest.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Reads and writes {@code millrace.json}. A missing value is null in JSON and NaN in Java. */
public final class ManifestCodec {

    /** A manifest of ten thousand features takes less, tokens too. */
    public static final int MAX_BYTES = 16 << 20;

    /** Each takes up to a hundred bytes of the heap. */
    private static final int MAX_TOKENS = 1_000_000;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
            .build());

    private static final String CLASSES = "classes";
    private static final String ESTIMATES = "estimates";

    private ManifestCodec() {}

    public static byte[] write(ModelManifest manifest) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", ModelManifest.FORMAT);
        root.put("use_case", manifest.useCase());
        root.put("model", manifest.model());
        root.put("kind", manifest.kind());
        write(root, CLASSES, manifest.classes());
        write(root, ESTIMATES, manifest.estimates());
        ArrayNode features = root.putArray("features");
        manifest.features().forEach(features::add);
        root.put("definitions_digest", manifest.definitionsDigest());
        ObjectNode scaler = root.putObject("scaler");
        scaler.set("mean", array(manifest.scaler().mean()));
        scaler.set("std", array(manifest.scaler().std()));
        root.set(
                "defaults",
                array(manifest.defaults().stream().mapToDouble(d -> d).toArray()));
        root.put("threshold", manifest.threshold());
        ObjectNode metrics = root.putObject("metrics");
        new TreeMap<>(manifest.metrics()).forEach((name, value) -> metrics.set(name, number(value)));
        ArrayNode golden = root.putArray("golden");
        for (GoldenRow row : manifest.golden()) {
            // Floats are written as doubles, so that every reader gets all of their bits.
            ObjectNode json = golden.addObject();
            if (row.scores().length == 1) {
                json.put("score", (double) row.scores()[0]);
            } else {
                json.set("scores", array(doubles(row.scores())));
            }
            json.set("vector", array(row.vector()));
        }
        root.put("trained_through", manifest.trainedThrough().toString());
        manifest.drift().ifPresent(baseline -> DriftCodec.write(baseline, root.putObject("drift")));
        ObjectNode digests = root.putObject("sha256");
        new TreeMap<>(manifest.sha256()).forEach(digests::put);
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a manifest.
     *
     * @throws ModelFormatException if the bytes are no manifest of a format that this version reads
     */
    public static ModelManifest read(byte[] json) throws ModelFormatException {
        JsonNode root = parse(json);
        int format = field(root, "format", JsonNode::isInt, "an integer").intValue();
        if (format != ModelManifest.FORMAT) {
            throw ModelFormatException.unsupported("format " + ModelManifest.FORMAT + " in millrace.json", "" + format);
        }
        JsonNode scaler = field(root, "scaler", JsonNode::isObject, "an object");
        try {
            return new ModelManifest(
                    text(root, "use_case"),
                    text(root, "model"),
                    text(root, "kind"),
                    optional(root, CLASSES),
                    optional(root, ESTIMATES),
                    texts(root, "features"),
                    text(root, "definitions_digest"),
                    new Scaler(doubles(scaler, "mean"), doubles(scaler, "std")),
                    Arrays.stream(doubles(root, "defaults")).boxed().toList(),
                    field(root, "threshold", JsonNode::isNumber, "a number").doubleValue(),
                    metrics(root),
                    golden(root),
                    Instant.parse(text(root, "trained_through")),
                    root.has("drift")
                            ? Optional.of(DriftCodec.read(field(root, "drift", JsonNode::isObject, "an object")))
                            : Optional.empty(),
                    digests(root));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw invalid("a manifest without contradictions", String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode parse(byte[] json) throws ModelFormatException {
        if (json.length > MAX_BYTES) {
            throw unsupported("at most " + MAX_BYTES + " bytes of millrace.json", json.length + " bytes");
        }
        try {
            JsonNode root = MAPPER.readTree(json);
            if (root == null || !root.isObject()) {
                throw malformed("a JSON object in millrace.json", "something else");
            }
            return root;
        } catch (IOException e) {
            throw malformed("JSON in millrace.json", String.valueOf(e.getMessage()));
        }
    }

    static JsonNode field(JsonNode node, String name, Predicate<JsonNode> type, String expected)
            throws ModelFormatException {
        JsonNode value = node.get(name);
        if (value == null || !type.test(value)) {
            String came = value == null ? "nothing" : value.getNodeType().toString();
            throw invalid(expected + " in '" + name + "' of millrace.json", came);
        }
        return value;
    }

    private static String text(JsonNode node, String name) throws ModelFormatException {
        return field(node, name, JsonNode::isTextual, "a string").textValue();
    }

    /** Left out where there are none, as in packages of before there could be any. */
    private static void write(ObjectNode root, String name, List<String> texts) {
        if (!texts.isEmpty()) {
            texts.forEach(root.withArray(name)::add);
        }
    }

    private static List<String> optional(JsonNode root, String name) throws ModelFormatException {
        return root.has(name) ? texts(root, name) : List.of();
    }

    private static List<String> texts(JsonNode root, String name) throws ModelFormatException {
        List<String> texts = new ArrayList<>();
        for (JsonNode text : field(root, name, JsonNode::isArray, "an array")) {
            texts.add(text.asText());
        }
        return texts;
    }

    static double[] doubles(JsonNode node, String name) throws ModelFormatException {
        JsonNode array = field(node, name, JsonNode::isArray, "an array");
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = array.get(i);
            if (!value.isNumber() && !value.isNull()) {
                throw invalid("numbers or null in '" + name + "' of millrace.json", "" + value.getNodeType());
            }
            values[i] = value.isNull() ? Double.NaN : value.doubleValue();
        }
        return values;
    }

    private static Map<String, Double> metrics(JsonNode root) throws ModelFormatException {
        Map<String, Double> metrics = new TreeMap<>();
        for (Map.Entry<String, JsonNode> metric :
                field(root, "metrics", JsonNode::isObject, "an object").properties()) {
            metrics.put(metric.getKey(), metric.getValue().asDouble(Double.NaN));
        }
        return metrics;
    }

    private static List<GoldenRow> golden(JsonNode root) throws ModelFormatException {
        List<GoldenRow> golden = new ArrayList<>();
        for (JsonNode row : field(root, "golden", JsonNode::isArray, "an array")) {
            golden.add(new GoldenRow(doubles(row, "vector"), scores(row)));
        }
        return golden;
    }

    private static float[] scores(JsonNode row) throws ModelFormatException {
        double[] written = row.has("scores")
                ? doubles(row, "scores")
                : new double[] {
                    field(row, "score", JsonNode::isNumber, "a number").doubleValue()
                };
        float[] scores = new float[written.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) written[i];
        }
        return scores;
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    private static Map<String, String> digests(JsonNode root) throws ModelFormatException {
        Map<String, String> digests = new TreeMap<>();
        for (Map.Entry<String, JsonNode> digest :
                field(root, "sha256", JsonNode::isObject, "an object").properties()) {
            digests.put(digest.getKey(), digest.getValue().asText());
        }
        return digests;
    }

    static ArrayNode array(double[] values) {
        ArrayNode array = MAPPER.createArrayNode();
        for (double value : values) {
            array.add(number(value));
        }
        return array;
    }

    private static JsonNode number(double value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return Double.isFinite(value) ? nodes.numberNode(value) : nodes.nullNode();
    }
}
