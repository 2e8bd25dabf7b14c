package dev.millrace.bench.forest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a binary XGBoost model with numeric splits as an ONNX model: one {@code TreeEnsembleRegressor} whose sum goes through the
 * logistic function. Field numbers are those of {@code onnx.proto}.
 */
final class OnnxForest {
    static final String INPUT = "rows";

    private static final int IR_VERSION = 8;
    private static final int ML_VERSION = 3;
    private static final int CORE_VERSION = 17;
    private static final int FLOAT_TENSOR = 1;

    /** What an attribute holds, as {@code AttributeProto.AttributeType} has it, and the field where. */
    private enum Kind {
        INT(2, 3),
        STRING(3, 4),
        FLOATS(6, 7),
        INTS(7, 8),
        STRINGS(8, 9);

        private final int type;
        private final int field;

        Kind(int type, int field) {
            this.type = type;
            this.field = field;
        }
    }

    private final List<Long> treeIds = new ArrayList<>();
    private final List<Long> nodeIds = new ArrayList<>();
    private final List<Long> features = new ArrayList<>();
    private final List<String> modes = new ArrayList<>();
    private final List<Float> thresholds = new ArrayList<>();
    private final List<Long> lefts = new ArrayList<>();
    private final List<Long> rights = new ArrayList<>();
    private final List<Long> missingLeft = new ArrayList<>();
    private final List<Long> leafTrees = new ArrayList<>();
    private final List<Long> leafNodes = new ArrayList<>();
    private final List<Long> leafTargets = new ArrayList<>();
    private final List<Float> leaves = new ArrayList<>();

    private OnnxForest() {}

    /** @param json the model as XGBoost saves it, with a base score of 0.5: a margin of 0 */
    static byte[] of(byte[] json, int features) throws IOException {
        JsonNode trees = new ObjectMapper().readTree(json).at("/learner/gradient_booster/model/trees");
        OnnxForest forest = new OnnxForest();
        for (int tree = 0; tree < trees.size(); tree++) {
            forest.add(tree, trees.get(tree));
        }
        return forest.model(features);
    }

    private void add(long treeId, JsonNode tree) {
        JsonNode left = tree.get("left_children");
        for (int node = 0; node < left.size(); node++) {
            boolean leaf = left.get(node).intValue() == -1;
            float value = tree.get("split_conditions").get(node).floatValue();
            treeIds.add(treeId);
            nodeIds.add((long) node);
            features.add(leaf ? 0 : tree.get("split_indices").get(node).longValue());
            modes.add(leaf ? "LEAF" : "BRANCH_LT");
            thresholds.add(leaf ? 0 : value);
            lefts.add(leaf ? 0 : left.get(node).longValue());
            rights.add(leaf ? 0 : tree.get("right_children").get(node).longValue());
            missingLeft.add(leaf ? 0 : tree.get("default_left").get(node).longValue());
            if (leaf) {
                leafTrees.add(treeId);
                leafNodes.add((long) node);
                leafTargets.add(0L);
                leaves.add(value);
            }
        }
    }

    private byte[] model(int width) throws IOException {
        return message(model -> {
            model.writeInt64(1, IR_VERSION);
            model.writeByteArray(7, message(graph -> {
                graph.writeByteArray(1, ensemble());
                graph.writeByteArray(1, node("margin", "score", "Sigmoid", ""));
                graph.writeString(2, "forest");
                graph.writeByteArray(11, tensor(INPUT, width));
                graph.writeByteArray(12, tensor("score", 1));
            }));
            model.writeByteArray(8, operators("", CORE_VERSION));
            model.writeByteArray(8, operators("ai.onnx.ml", ML_VERSION));
        });
    }

    private byte[] ensemble() throws IOException {
        return message(node -> {
            node.writeRawBytes(node(INPUT, "margin", "TreeEnsembleRegressor", "ai.onnx.ml"));
            ints(node, "nodes_treeids", treeIds);
            ints(node, "nodes_nodeids", nodeIds);
            ints(node, "nodes_featureids", features);
            attribute(node, "nodes_modes", Kind.STRINGS, out -> {
                for (String mode : modes) {
                    out.writeString(Kind.STRINGS.field, mode);
                }
            });
            floats(node, "nodes_values", thresholds);
            ints(node, "nodes_truenodeids", lefts);
            ints(node, "nodes_falsenodeids", rights);
            ints(node, "nodes_missing_value_tracks_true", missingLeft);
            ints(node, "target_treeids", leafTrees);
            ints(node, "target_nodeids", leafNodes);
            ints(node, "target_ids", leafTargets);
            floats(node, "target_weights", leaves);
            attribute(node, "n_targets", Kind.INT, out -> out.writeInt64(Kind.INT.field, 1));
            attribute(node, "post_transform", Kind.STRING, out -> out.writeString(Kind.STRING.field, "NONE"));
        });
    }

    private static byte[] node(String input, String output, String operator, String domain) throws IOException {
        return message(node -> {
            node.writeString(1, input);
            node.writeString(2, output);
            node.writeString(4, operator);
            node.writeString(7, domain);
        });
    }

    private static void ints(CodedOutputStream node, String name, List<Long> values) throws IOException {
        attribute(node, name, Kind.INTS, out -> {
            for (long value : values) {
                out.writeInt64(Kind.INTS.field, value);
            }
        });
    }

    private static void floats(CodedOutputStream node, String name, List<Float> values) throws IOException {
        attribute(node, name, Kind.FLOATS, out -> {
            for (float value : values) {
                out.writeFloat(Kind.FLOATS.field, value);
            }
        });
    }

    private static void attribute(CodedOutputStream node, String name, Kind kind, Content content) throws IOException {
        node.writeByteArray(5, message(attribute -> {
            attribute.writeString(1, name);
            attribute.writeInt32(20, kind.type);
            content.write(attribute);
        }));
    }

    /** Floats, any number of rows of this width. */
    private static byte[] tensor(String name, int width) throws IOException {
        byte[] any = message(dimension -> dimension.writeString(2, "n"));
        byte[] fixed = message(dimension -> dimension.writeInt64(1, width));
        byte[] shape = message(out -> {
            out.writeByteArray(1, any);
            out.writeByteArray(1, fixed);
        });
        byte[] tensor = message(out -> {
            out.writeInt32(1, FLOAT_TENSOR);
            out.writeByteArray(2, shape);
        });
        return message(value -> {
            value.writeString(1, name);
            value.writeByteArray(2, message(type -> type.writeByteArray(1, tensor)));
        });
    }

    private static byte[] operators(String domain, int version) throws IOException {
        return message(out -> {
            out.writeString(1, domain);
            out.writeInt64(2, version);
        });
    }

    private interface Content {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Content content) throws IOException {
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        content.write(out);
        out.flush();
        return bytes.toByteString().toByteArray();
    }
}
