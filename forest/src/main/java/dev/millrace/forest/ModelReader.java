package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.invalid;
import static dev.millrace.forest.ModelFormatException.malformed;
import static dev.millrace.forest.ModelFormatException.unsupported;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes a {@link Forest} of a model file: finds out its notation, refuses what is not supported, lays the trees out. */
final class ModelReader {

    /** More than any table of features has; keeps a corrupt file from asking for absurd vectors. */
    private static final int MAX_FEATURES = 10_000_000;

    private ModelReader() {}

    static Forest read(byte[] model) throws ModelFormatException {
        if (!(parse(model) instanceof Value.Fields file)) {
            throw invalid("an object with the field 'learner'", "a value of another type");
        }
        Value.Fields learner = file.fields("learner");
        Value.Fields booster = learner.fields("gradient_booster");
        String name = booster.text("name");
        if (!name.equals("gbtree")) {
            throw unsupported("the booster gbtree", "'" + name + "'");
        }
        Objective objective = Objective.of(learner.fields("objective").text("name"));
        Value.Fields parameters = learner.fields("learner_model_param");
        if (parameters.has("num_target") && parameters.parameter("num_target") > 1) {
            throw unsupported("a model with one target", parameters.text("num_target") + " targets");
        }
        int features = bounded("num_feature", parameters.parameter("num_feature"));
        int outputs = Math.max(1, bounded("num_class", parameters.parameter("num_class")));
        if (objective != Objective.SOFTPROB && outputs > 1) {
            throw invalid("one output of " + objective.id(), outputs + " classes");
        }
        float[] base = baseMargins(parameters.text("base_score"), outputs, objective);
        Trees trees = trees(booster.fields("model"), features, outputs);
        return new Forest(objective, features, names(learner, features), base, trees);
    }

    private static Value parse(byte[] model) throws ModelFormatException {
        if (model.length < 2 || model[0] != '{') {
            throw malformed(
                    "a model in UBJ or JSON, which begins with '{' (save it with XGBoost 2 or newer)",
                    model.length + " bytes that begin otherwise");
        }
        boolean json = model[1] == '"' || model[1] == '}' || Character.isWhitespace(model[1]);
        return json ? JsonModelReader.read(model) : UbjReader.read(model);
    }

    private static int bounded(String name, int value) throws ModelFormatException {
        if (value < 0 || value > MAX_FEATURES) {
            throw invalid("0 to " + MAX_FEATURES + " in '" + name + "'", Integer.toString(value));
        }
        return value;
    }

    /** The base score is a number ("5E-1", up to XGBoost 3.0) or a list with one per output ("[5E-1]", since 3.1). */
    private static float[] baseMargins(String text, int outputs, Objective objective) throws ModelFormatException {
        boolean list = text.startsWith("[") && text.endsWith("]");
        String[] parts = list ? text.substring(1, text.length() - 1).split(",", -1) : new String[] {text};
        if (parts.length != 1 && parts.length != outputs) {
            throw invalid("a base score for each of " + outputs + " outputs", "'" + text + "'");
        }
        float[] margins = new float[outputs];
        try {
            for (int i = 0; i < parts.length; i++) {
                margins[i] = objective.baseMargin(Float.parseFloat(parts[i].strip()));
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

    private static Trees trees(Value.Fields model, int features, int outputs) throws ModelFormatException {
        List<Value> trees = model.items("trees");
        int[] outputOf = model.integers("tree_info");
        if (outputOf.length != trees.size()) {
            throw invalid("'tree_info' of " + trees.size() + " trees", "of " + outputOf.length);
        }
        Trees result = new Trees();
        for (int i = 0; i < outputOf.length; i++) {
            if (outputOf[i] < 0 || outputOf[i] >= outputs) {
                throw invalid("a tree of one of " + outputs + " outputs", "output " + outputOf[i]);
            }
            if (!(trees.get(i) instanceof Value.Fields tree)) {
                throw invalid("an object in 'trees'", "a value of another type");
            }
            result.add(tree, features, outputOf[i]);
        }
        return result.trimmed();
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
