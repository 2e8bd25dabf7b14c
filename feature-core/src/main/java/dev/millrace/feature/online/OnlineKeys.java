package dev.millrace.feature.online;

import dev.millrace.feature.View;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Redis keys and fields.
 *
 * <pre>
 * f:{use case}:{view}:{version}:{entity}   hash: b (block), o (offsets), h + partition + offset (head events), c (head is cut)
 * f:…:{entity}#older                       hash: {id in hex} (an older block of a large record), v (the id that the record names),
 *                                          w (one that waits for the record, which holds more yet than its writer had read)
 * p:{use case}                             hash: what each lane has read, see {@link Progress}
 * m:{use case}:{checkpoint}                the number of the last batch whose blocks are all written
 * </pre>
 */
public final class OnlineKeys {
    public static final byte[] BLOCK = {'b'};
    public static final byte[] OFFSETS = {'o'};
    /** Present when the head lost events to its cap. */
    public static final byte[] CUT = {'c'};
    /** Events that a head holds at most. */
    public static final int HEAD_CAP = 10_000;

    private static final byte[] OLDER = {'#', 'o', 'l', 'd', 'e', 'r'};

    private OnlineKeys() {}

    public static byte[] entity(String useCase, View view, String entity) {
        return ("f:" + useCase + ":" + view.name() + ":" + view.version() + ":" + entity)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Where the older block of a large record lies, in the field {@link #olderField}. */
    public static byte[] older(byte[] entity) {
        byte[] key = Arrays.copyOf(entity, entity.length + OLDER.length);
        System.arraycopy(OLDER, 0, key, entity.length, OLDER.length);
        return key;
    }

    /** @param id as {@link OnlineRecord#olderId} says */
    public static byte[] olderField(long id) {
        return HexFormat.of().toHexDigits(id).getBytes(StandardCharsets.US_ASCII);
    }

    public static byte[] progress(String useCase) {
        return ("p:" + useCase).getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] marker(String useCase, String checkpoint) {
        return ("m:" + useCase + ":" + checkpoint).getBytes(StandardCharsets.UTF_8);
    }

    /** The field of one event in the head. */
    public static byte[] head(TopicPartition partition, long offset) {
        return ByteBuffer.allocate(1 + Offsets.ENTRY)
                .put((byte) 'h')
                .putLong(partition.topic())
                .putInt(partition.partition())
                .putLong(offset)
                .array();
    }
}
