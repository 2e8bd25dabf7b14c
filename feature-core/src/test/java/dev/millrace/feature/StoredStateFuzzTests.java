package dev.millrace.feature;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ProjectedEvent;
import java.util.Arrays;
import java.util.List;

/**
 * Whatever lies where a block should: only the declared error comes out, in bounded time and memory. Without
 * {@code JAZZER_FUZZ=1} the kept inputs are tried again; with it, new ones are looked for. A process fuzzes one test and skips all
 * others: the first byte says what the rest is.
 */
final class StoredStateFuzzTests {
    private static final List<View> VIEWS = Things.ENGINE.views();
    /** A block that is kept, or served; and a young one of each. */
    private static final byte[] FORMATS = {1, 3, 4, 5};

    private static final long AT = 1_700_000_000_000L;

    @FuzzTest(maxDuration = "120s")
    void aState(byte[] bytes) {
        if (bytes.length < 2) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(bytes, 1, bytes.length);
        try {
            switch (bytes[0] & 3) {
                case 0 -> event(rest);
                case 1 -> Offsets.fromBytes(rest);
                default -> block(rest);
            }
        } catch (CorruptBlockException e) {
            // Declared.
        }
    }

    private static void event(byte[] bytes) throws CorruptBlockException {
        View view = VIEWS.getFirst();
        view.shape().empty().fold(ProjectedEvent.fromBytes(bytes, view.inputs()));
    }

    private static void block(byte[] bytes) throws CorruptBlockException {
        View view = VIEWS.get(Byte.toUnsignedInt(bytes[0]) % VIEWS.size());
        byte[] block = withHead(view, bytes);
        var read = view.shape()
                .readLayers(LayeredBlock.YOUNG, block, () -> view.shape().empty());
        if (!view.isTumbling()) {
            view.read(read, AT);
        }
        view.shape()
                .readLayers(
                        LayeredBlock.YOUNG, read.toBytes(), () -> view.shape().empty());
    }

    /** Right up to the definition's fingerprint: a fuzzer need not guess it. */
    private static byte[] withHead(View view, byte[] bytes) {
        byte[] head = view.shape().empty().toBytes();
        byte[] block = new byte[Math.max(bytes.length, 6)];
        System.arraycopy(head, 0, block, 0, 6);
        block[0] = FORMATS[Byte.toUnsignedInt(bytes[bytes.length - 1]) % FORMATS.length];
        System.arraycopy(bytes, 0, block, 6, Math.max(0, bytes.length - 6));
        return block;
    }
}
