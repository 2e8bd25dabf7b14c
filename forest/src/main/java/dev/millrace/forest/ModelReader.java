package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.invalid;
import static dev.millrace.forest.ModelFormatException.malformed;
import static dev.millrace.forest.ModelFormatException.unsupported;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Makes a {@link Forest} of a model file: finds out its notation, refuses what is not supported, lays the trees out. */
final class ModelReader {

    /** More than any table of features has; keeps a corrupt file from asking for absurd vectors. */
    private static final int MAX_FEATURES = 10_000_000;

    /** More classes or targets than any model has: each takes room, whether the file has trees of it or not. */
    private static final int MAX_OUTPUTS = 100_000;

    private ModelReader() {}

    /** Of a file. What it takes in memory is bounded by {@link Room}; UBJ of that many nodes is no longer than this. */
    static final int MAX_BYTES = 160 << 20;

    static Forest read(byte[] model) throws ModelFormatException {
        if (model.length > MAX_BYTES) {
            throw unsupported("a model of at most " + MAX_BYTES + " bytes", model.length + " bytes");
        }
        Room room = new Room();
        if (!(parse(model, room) instanceof Value.Fields file)) {
            throw invalid("an object with the field 'learner'", "a value of another type");
        }
        Value.Fields learner = file.fields("learner");
        Booster booster = booster(learner.fields("gradient_booster"));
        Objective objective = Objective.of(learner.fields("objective").text("name"));
        Value.Fields parameters = learner.fields("learner_model_param");
        int features = bounded("num_feature", parameters.parameter("num_feature"), MAX_FEATURES);
        int outputs = outputs(parameters, objective);
        float[] base = baseMargins(parameters.text("base_score"), outputs, objective, boundsBaseScores(file));
        Trees trees = trees(booster, features, outputs, room);
        Iterations iterations = Iterations.read(booster.model(), trees.list().size(), outputs, bestIteration(learner));
        return new Forest(objective, features, names(learner, features), base, trees, iterations);
    }

    private static Value parse(byte[] model, Room room) throws ModelFormatException {
        if (model.length < 2 || model[0] != '{') {
            throw malformed(
                    "a model in UBJ or JSON, which begins with '{' (save it with XGBoost 2 or newer)",
                    model.length + " bytes that begin otherwise");
        }
        boolean json = model[1] == '"' || model[1] == '}' || Character.isWhitespace(model[1]);
        return json ? JsonModelReader.read(model, room) : UbjReader.read(model, room);
    }

    /** The trees as they are in the file, and what each of them counts; all count 1 when there are no weights. */
    private record Booster(Value.Fields model, double[] weights) {
        float weight(int tree) {
            return weights.length == 0 ? 1 : (float) weights[tree];
        }
    }

    private static Booster booster(Value.Fields booster) throws ModelFormatException {
        String name = booster.text("name");
        return switch (name) {
            case "gbtree" -> new Booster(booster.fields("model"), new double[0]);
            case "dart" -> {
                Value.Fields model = booster.fields("gbtree").fields("model");
                double[] weights = booster.numbers("weight_drop");
                int trees = model.items("trees").size();
                if (weights.length != trees) {
                    throw invalid("'weight_drop' of " + trees + " trees", "of " + weights.length);
                }
                yield new Booster(model, weights);
            }
            default -> throw unsupported("the booster gbtree or dart", "'" + name + "'");
        };
    }

    private static int outputs(Value.Fields parameters, Objective objective) throws ModelFormatException {
        int classes = Math.max(1, bounded("num_class", parameters.parameter("num_class"), MAX_OUTPUTS));
        int targets = parameters.has("num_target")
                ? Math.max(1, bounded("num_target", parameters.parameter("num_target"), MAX_OUTPUTS))
                : 1;
        if (!objective.hasClasses() && classes > 1) {
            throw invalid("one output of " + objective.id(), classes + " classes");
        }
        if (classes > 1 && targets > 1) {
            throw unsupported("classes of one target", classes + " classes of " + targets + " targets");
        }
        return Math.max(classes, targets);
    }

    private static int bounded(String name, int value, int most) throws ModelFormatException {
        if (value < 0 || value > most) {
            throw invalid("0 to " + most + " in '" + name + "'", Integer.toString(value));
        }
        return value;
    }

    /**
     * Since XGBoost 3.2 labels may all be the same: the probabilities 0 and 1 are base scores, and all are taken as at least this
     * far away from both.
     */
    private static final float LEAST_PROBABILITY = 1e-6f;

    private static boolean boundsBaseScores(Value.Fields file) throws ModelFormatException {
        if (!file.has("version")) {
            return false;
        }
        int[] version = file.integers("version");
        return version.length >= 2 && (version[0] > 3 || (version[0] == 3 && version[1] >= 2));
    }

    /** The base score is a number ("5E-1", up to XGBoost 3.0) or a list with one per output ("[5E-1]", since 3.1). */
    private static float[] baseMargins(String text, int outputs, Objective objective, boolean bounded)
            throws ModelFormatException {
        boolean list = text.startsWith("[") && text.endsWith("]");
        // Before it is split: each part takes more than its characters.
        if (text.chars().filter(character -> character == ',').count() >= outputs) {
            throw invalid("a base score for each of " + outputs + " outputs", "'" + text + "'");
        }
        String[] parts = list ? text.substring(1, text.length() - 1).split(",", -1) : new String[] {text};
        if (parts.length != 1 && parts.length != outputs) {
            throw invalid("a base score for each of " + outputs + " outputs", "'" + text + "'");
        }
        float[] margins = new float[outputs];
        try {
            for (int i = 0; i < parts.length; i++) {
                float score = Float.parseFloat(parts[i].strip());
                if (bounded && objective.link() == Link.LOGISTIC && score >= 0 && score <= 1) {
                    score = Math.clamp(score, LEAST_PROBABILITY, 1.0f - LEAST_PROBABILITY);
                }
                margins[i] = objective.link().baseMargin(score);
            }
        } catch (NumberFormatException e) {
            throw invalid("a number or a list of numbers in 'base_score'", "'" + text + "'");
        }
        if (parts.length == 1) {
            Arrays.fill(margins, margins[0]);
        }
        for (float margin : margins) {
            if (!Float.isFinite(margin)) {
                throw invalid("a base score that " + objective.id() + " allows", "'" + text + "'");
            }
        }
        return margins;
    }

    private static Trees trees(Booster booster, int features, int outputs, Room room) throws ModelFormatException {
        List<Value> trees = booster.model().items("trees");
        int[] outputOf = booster.model().integers("tree_info");
        if (outputOf.length != trees.size()) {
            throw invalid("'tree_info' of " + trees.size() + " trees", "of " + outputOf.length);
        }
        List<Tree> read = new ArrayList<>();
        for (int i = 0; i < outputOf.length; i++) {
            if (outputOf[i] < 0 || outputOf[i] >= outputs) {
                throw invalid("a tree of one of " + outputs + " outputs", "output " + outputOf[i]);
            }
            if (!(trees.get(i) instanceof Value.Fields tree)) {
                throw invalid("an object in 'trees'", "a value of another type");
            }
            Tree laidOut = new TreeReader(tree, features).read(booster.weight(i));
            room.take(laidOut);
            read.add(laidOut);
        }
        return new Trees(read, outputOf);
    }

    /** Early stopping keeps it as an attribute, which is a string. */
    private static OptionalInt bestIteration(Value.Fields learner) throws ModelFormatException {
        if (!learner.has("attributes") || !learner.fields("attributes").has("best_iteration")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(learner.fields("attributes").parameter("best_iteration"));
    }

    private static List<String> names(Value.Fields learner, int features) throws ModelFormatException {
        List<String> names = new ArrayList<>();
        if (learner.has("feature_names")) {
            for (Value name : learner.items("feature_names")) {
                if (!(name instanceof Value.Text text)) {
                    throw invalid("strings in 'feature_names'", "a value of another type");
                }
                names.add(text.value());
            }
        }
        if (!names.isEmpty() && names.size() != features) {
            throw invalid("a name for each of " + features + " features", names.size() + " names");
        }
        return List.copyOf(names);
    }
}
