package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is not supported is refused by name; whatever is broken ends in the one declared exception. */
class RefusalTests {

    private static byte[] model(String objective, Map<String, Object> more, String format) throws Exception {
        Booster booster = Models.train(objective, 5, 5, 1, more);
        try {
            return booster.toByteArray(format);
        } finally {
            booster.dispose();
        }
    }

    @Test
    void refusesLinearBoosters() throws Exception {
        byte[] linear = model("binary:logistic", Map.of("booster", "gblinear", "updater", "coord_descent"), "ubj");
        assertRefused(linear, "model-unsupported: expected the booster gbtree or dart, but came 'gblinear'");
    }

    @Test
    void refusesAnotherObjective() throws Exception {
        byte[] model = model("reg:squarederror", Map.of(), "json");
        String other = new String(model, StandardCharsets.UTF_8).replace("reg:squarederror", "reg:of-tomorrow");
        assertRefused(
                other.getBytes(StandardCharsets.UTF_8),
                "model-unsupported: expected one of the objectives binary:logistic, binary:logitraw, binary:hinge,"
                        + " reg:squarederror, reg:linear, reg:squaredlogerror, reg:logistic, reg:pseudohubererror,"
                        + " reg:absoluteerror, reg:quantileerror, reg:gamma, reg:tweedie, count:poisson, survival:cox,"
                        + " survival:aft, multi:softmax, multi:softprob, rank:pairwise, rank:ndcg, rank:map, but came"
                        + " 'reg:of-tomorrow'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"categories_sizes\":[|\"categories_sizes\":[0,|model-invalid: expected a segment and a size for each of",
                "\"categories_segments\":[0|\"categories_segments\":[1|model-invalid: expected categories from 0 on, within",
                "\"categories_nodes\":[0|\"categories_nodes\":[-1|model-invalid: expected a categorical split that has no categories yet, but came node -1",
                "\"split_type\":[1|\"split_type\":[0|model-invalid: expected a categorical split that has no categories yet, but came node 0",
                "\"split_type\":[1|\"split_type\":[2|model-invalid: expected a split type of 0 (numeric) or 1 (categorical), but came split type 2",
                "\"split_type\":[1|\"split_type\":[1,1|model-invalid: expected a split type for each of",
                "\"categories\":[|\"categories\":[-1,|model-invalid: expected categories from 0 to 16777215, but came some from -1 to",
                "\"weight_drop\":[|\"weight_drop\":[1,|model-invalid: expected 'weight_drop' of 3 trees, but came of 4",
            })
    void namesWhatIsWrongWithCategoriesAndWeights(String part, String replacement, String message) throws Exception {
        String json = new String(dartOfCategories("json"), StandardCharsets.UTF_8);
        assertThat(json).contains(part);
        assertRefused(json.replace(part, replacement).getBytes(StandardCharsets.UTF_8), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"split_type\":[0|\"split_type\":[1|model-invalid: expected categories of each categorical split, but came none of node 0",
                "\"split_conditions\":[|\"split_conditions\":[NaN,|model-invalid: expected arrays of the same length, one entry per node, at least one, but came lengths",
                "\"iteration_indptr\":[0|\"iteration_indptr\":[1|model-invalid: expected iterations that begin at tree 0, ascend and end at 5, but came 6 others",
                "\"attributes\":{}|\"attributes\":{\"best_iteration\":\"5\"}|model-invalid: expected a best iteration below 5, but came 5",
                "\"size_leaf_vector\":\"1\"|\"size_leaf_vector\":\"2\"|model-unsupported: expected trees with one value per leaf, but came a tree with a vector per leaf",
                "\"num_target\":\"1\"|\"num_target\":\"100001\"|model-invalid: expected 0 to 100000 in 'num_target', but came 100001",
                "\"num_feature\":\"5\"|\"num_feature\":\"1\"|model-invalid: expected a split on one of 1 features, but came feature",
                "\"num_feature\":\"5\"|\"num_feature\":\"-1\"|model-invalid: expected 0 to 10000000 in 'num_feature', but came -1",
                "\"num_feature\":\"5\"|\"num_feature\":\"five\"|model-invalid: expected an integer in 'num_feature', but came 'five'",
                "\"num_class\":\"0\"|\"num_class\":\"3\"|model-invalid: expected one output of binary:logistic, but came 3 classes",
                "\"left_children\":[1|\"left_children\":[0|model-invalid: expected children that are nodes of one tree, but came a child 0",
                "\"left_children\":[1|\"left_children\":[1.5|model-invalid: expected an integer of 32 bits in 'left_children', but came 1.5",
                "\"left_children\":[1|\"left_children\":[\"a\"|model-invalid: expected an array of numbers in 'left_children', but came a value of another type",
                "\"right_children\":[|\"right_children\":[1,|model-invalid: expected arrays of the same length, one entry per node, at least one, but came lengths",
                "\"base_score\":\"[5E-1]\"|\"base_score\":\"[5E-1,5E-1]\"|model-invalid: expected a base score for each of 1 outputs, but came '[5E-1,5E-1]'",
                "\"base_score\":\"[5E-1]\"|\"base_score\":\"half\"|model-invalid: expected a number or a list of numbers in 'base_score', but came 'half'",
                "\"base_score\":\"[5E-1]\"|\"base_score\":\"2\"|model-invalid: expected a base score that binary:logistic allows, but came '2'",
                "\"tree_info\":[0|\"tree_info\":[1|model-invalid: expected a tree of one of 1 outputs, but came output 1",
                "\"tree_info\":[0|\"tree_info\":[0,0|model-invalid: expected 'tree_info' of 5 trees, but came of 6",
                "\"trees\":[|\"trees\":[3,|model-invalid: expected an array of numbers only",
                "\"feature_names\":[]|\"feature_names\":[\"a\"]|model-invalid: expected a name for each of 5 features, but came 1 names",
                "\"feature_names\":[]|\"feature_names\":[1]|model-invalid: expected an array in 'feature_names'",
                "\"feature_names\":[]|\"feature_names\":[null]|model-invalid: expected strings in 'feature_names', but came a value of another type",
                "\"gradient_booster\"|\"other\"|model-invalid: expected the field 'gradient_booster', but came an object with",
                "\"name\":\"gbtree\"|\"name\":7|model-invalid: expected a string in 'name', but came a value of another type",
            })
    void namesWhatIsWrong(String part, String replacement, String message) throws Exception {
        String json = new String(model("binary:logistic", Map.of("base_score", 0.5), "json"), StandardCharsets.UTF_8);
        assertThat(json).contains(part);
        assertRefused(json.replace(part, replacement).getBytes(StandardCharsets.UTF_8), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "binf", "[]", "{}", "{} {}", "{\"learner\":", "{\"a\":1,\"a\":2}"})
    void refusesWhatIsNoModel(String text) {
        assertThatThrownBy(() -> Forest.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void refusesDeepNestingInsteadOfOverflowingTheStack() {
        byte[] json = ("{\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        assertRefused(json, "model-malformed: expected at most 32 levels of nesting, but came more");
        byte[] ubj = ("{i\u0001a" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        assertRefused(ubj, "model-malformed: expected at most 32 levels of nesting, but came more");
    }

    @Test
    void refusesACountThatTheFileCannotHold() {
        byte[] ubj = "{i\u0001a[$d#l\u007f\u007f\u007f\u007f}".getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(ubj, "model-malformed: expected a count of values of 4 bytes in 1 bytes, but came");
        byte[] unknown = "{i\u0001aX}".getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(unknown, "model-malformed: expected a UBJ type mark, but came byte 88");
    }

    /** Flips, cuts and inserts; a result is a model that scores without end or error, or the declared exception. */
    @ParameterizedTest
    @CsvSource({"ubj,false", "json,false", "ubj,true", "json,true"})
    @Timeout(60)
    void aCorruptFileEndsInTheDeclaredExceptionOnly(String format, boolean categories) throws Exception {
        byte[] good = categories ? dartOfCategories(format) : model("multi:softprob", Map.of("max_depth", 3), format);
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 6_000; i++) {
            byte[] bad = corrupt(good, random);
            try {
                ModelUse.readAndUse(bad);
            } catch (ModelFormatException e) {
                assertThat(e.expected()).isNotEmpty();
                assertThat(e.came()).isNotEmpty();
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private static byte[] dartOfCategories(String format) throws Exception {
        Map<String, Object> parameters =
                Map.of("booster", "dart", "max_cat_to_onehot", 1, "max_depth", 3, "base_score", 0.5);
        Booster booster = Models.trainOnCategories("binary:logistic", 5, 3, 1, parameters);
        try {
            return booster.toByteArray(format);
        } finally {
            booster.dispose();
        }
    }

    private static byte[] corrupt(byte[] good, Random random) {
        byte[] bad = random.nextInt(5) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
        for (int flips = 1 + random.nextInt(8); flips > 0 && bad.length > 0; flips--) {
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
        }
        return bad;
    }

    private static void assertRefused(byte[] model, String message) {
        assertThatThrownBy(() -> Forest.read(model))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith(message);
    }
}
