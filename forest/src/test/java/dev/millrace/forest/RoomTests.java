package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file takes of the heap is bounded, whatever it says. */
class RoomTests {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Of all that reading allocates: what is kept, and what lists and arrays were before they grew. */
    private static final long MOST_ALLOCATED = 2 * Room.MOST_BYTES;

    private static final int MANY = 32 << 20;

    private static final String ELEMENTS =
            "model-unsupported: expected arrays of at most 500000 elements, but came a longer one";
    private static final String MEMORY =
            "model-unsupported: expected a model that takes at most 128 MiB of memory, but came one"
                    + " that takes more: train fewer or smaller trees, and save them as UBJ";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{i\u0001a[|{}",
                "{i\u0001a[|[]",
                "{i\u0001a[|Z",
                "{i\u0001a[|iA",
                "{i\u0001a[|Si\u0001b",
                "{\"a\":[0|,0",
                "{\"a\":[{}|,{}",
                "{\"a\":[[]|,[]",
                "{\"a\":[\"\"|,\"\""
            })
    void refusesArraysThatAreLongerThanAnyModels(String start, String element) {
        assertRefused(repeated(start, element), ELEMENTS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{i\u0001a[|[|{i\u0001bZ}|]",
                "{i\u0001a[|[|[iA]|]",
                "{i\u0001a[|[|[$i#i\u0001A|]",
                "{\"a\":[0|[|{\"b\":0},|{}],",
                "{\"a\":[|[|[0],|[]],"
            })
    void refusesValuesThatTakeMoreThanTheHeapHas(String start, String open, String element, String close) {
        String group = open + element.repeat(400_000) + close;
        assertRefused(repeated(start.replace("[0", "["), group), MEMORY);
    }

    @Test
    void refusesMoreFieldsThanTheHeapHasRoomFor() {
        assertRefused(fields("{", i -> "i\u0007" + name(i) + "Z"), MEMORY);
        assertRefused(fields("{\"a\":0", i -> ",\"" + name(i) + "\":0"), MEMORY);
    }

    private static String name(int i) {
        return String.valueOf(1_000_000 + i);
    }

    private static byte[] fields(String start, IntFunction<String> field) {
        StringBuilder text = new StringBuilder(start);
        for (int i = 0; i < 2_000_000; i++) {
            text.append(field.apply(i));
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void refusesALongArrayBeforeItIsMade() {
        byte[] start = "{i\u0001a[$i#l".getBytes(StandardCharsets.ISO_8859_1);
        byte[] file = ByteBuffer.allocate(MANY).put(start).putInt(MANY / 2).array();
        assertRefused(file, ELEMENTS);
    }

    @Test
    void refusesLongTexts() {
        byte[] start = "{i\u0001aSl".getBytes(StandardCharsets.ISO_8859_1);
        byte[] file = ByteBuffer.allocate(MANY).put(start).putInt(MANY / 2).array();
        assertRefused(file, "model-unsupported: expected texts of at most 4194304 bytes, but came one of 16777216");
        assertRefused(repeated("{\"a\":\"", "bb"), "model-malformed: expected a complete JSON file, but came String");
    }

    @Test
    void aListOfBaseScoresIsCountedBeforeItIsSplit() throws Exception {
        String scores = "[" + "1,".repeat(1_000_000) + "1]";
        byte[] model = new Written().model(0, 0, scores);
        assertRefused(model, "model-invalid: expected a base score for each of 1 outputs, but came '[1,1,");
        assertThatThrownBy(() -> Forest.read(model))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(3_000));
    }

    @Test
    void refusesFilesThatAreLongerThanAnyModels() {
        byte[] file = new byte[(160 << 20) + 1];
        assertRefused(file, "model-unsupported: expected a model of at most 167772160 bytes, but came 167772161 bytes");
    }

    @Test
    void aThousandFullTreesOfDepthTenAreRead() throws Exception {
        byte[] model = new Written().model(1_000, 10, "0");
        Forest forest = Forest.read(model);
        assertThat(forest.trees()).isEqualTo(1_000);
        assertThat(forest.margin(new float[] {Float.NaN, 2})).isEqualTo(1_000);
    }

    @Test
    void refusesMoreNodesThanTheHeapHasRoomFor() throws Exception {
        byte[] model = new Written().model(17, 17, "0");
        assertThatThrownBy(() -> Forest.read(model))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage(MEMORY);
    }

    private static byte[] repeated(String start, String element) {
        byte[] file = new byte[MANY];
        byte[] first = start.getBytes(StandardCharsets.ISO_8859_1);
        byte[] then = element.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(first, 0, file, 0, first.length);
        for (int i = first.length; i < file.length; i += then.length) {
            System.arraycopy(then, 0, file, i, Math.min(then.length, file.length - i));
        }
        return file;
    }

    private static void assertRefused(byte[] model, String message) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> Forest.read(model))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith(message);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_ALLOCATED);
    }

    /** Full trees as XGBoost writes them, what is read of them at least. */
    private static final class Written {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
        private final DataOutputStream out = new DataOutputStream(bytes);

        byte[] model(int trees, int depth, String baseScore) throws IOException {
            byte[] tree = new Written().tree(depth);
            out.writeByte('{');
            object("learner");
            object("gradient_booster");
            text("name", "gbtree");
            object("model");
            object("gbtree_model_param");
            out.writeByte('}');
            integers("tree_info", new int[trees]);
            name("trees");
            out.writeBytes("[#l");
            out.writeInt(trees);
            for (int i = 0; i < trees; i++) {
                out.write(tree);
            }
            out.writeBytes("}}");
            object("objective");
            text("name", "reg:squarederror");
            out.writeByte('}');
            object("learner_model_param");
            text("num_feature", "2");
            text("num_class", "0");
            text("base_score", baseScore);
            out.writeBytes("}}}");
            return bytes.toByteArray();
        }

        private byte[] tree(int depth) throws IOException {
            int nodes = (2 << depth) - 1;
            int[] left = new int[nodes];
            int[] right = new int[nodes];
            int[] feature = new int[nodes];
            Arrays.fill(left, -1);
            Arrays.fill(right, -1);
            for (int node = 0; node < nodes / 2; node++) {
                left[node] = 2 * node + 1;
                right[node] = 2 * node + 2;
                feature[node] = node % 2;
            }
            out.writeByte('{');
            object("tree_param");
            text("size_leaf_vector", "1");
            out.writeByte('}');
            for (String unread : new String[] {"base_weights", "loss_changes", "parents"}) {
                ones(unread, nodes);
            }
            integers("left_children", left);
            integers("right_children", right);
            integers("split_indices", feature);
            ones("split_conditions", nodes);
            ones("default_left", nodes);
            ones("sum_hessian", nodes);
            out.writeByte('}');
            return bytes.toByteArray();
        }

        private void name(String name) throws IOException {
            out.writeByte('l');
            out.writeInt(name.length());
            out.writeBytes(name);
        }

        private void object(String name) throws IOException {
            name(name);
            out.writeByte('{');
        }

        private void text(String name, String text) throws IOException {
            name(name);
            out.writeByte('S');
            name(text);
        }

        private void ones(String name, int count) throws IOException {
            name(name);
            out.writeBytes("[$i#l");
            out.writeInt(count);
            byte[] ones = new byte[count];
            Arrays.fill(ones, (byte) 1);
            out.write(ones);
        }

        private void integers(String name, int[] values) throws IOException {
            name(name);
            out.writeBytes("[$l#l");
            out.writeInt(values.length);
            for (int value : values) {
                out.writeInt(value);
            }
        }
    }
}
