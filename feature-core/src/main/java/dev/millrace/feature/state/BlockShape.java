package dev.millrace.feature.state;

import java.util.List;
import java.util.function.Supplier;

/**
 * What every block of one view has in common. All times in milliseconds.
 *
 * @param revised whether events come in revisions of which the highest counts (labels)
 * @param horizon events not before the newest minus this are kept to the millisecond
 * @param duplicates events later than the newest minus this are told from their repetitions; older ones are too late
 * @param resolutions the tile widths, each with how far back its tiles are kept
 * @param fingerprint of all of the above and the inputs: tells a block of another definition
 */
public record BlockShape(
        AggregateLayout layout,
        boolean revised,
        long horizon,
        long duplicates,
        List<TileWidth> resolutions,
        int fingerprint) {
    public BlockShape {
        resolutions = List.copyOf(resolutions);
        if (duplicates < horizon) {
            throw new IllegalArgumentException(
                    "Duplicates are told apart for at least the horizon of " + horizon + " ms, not " + duplicates);
        }
    }

    /** The left edge of a window that reaches back to an entity's first event. */
    public static final long EVER = Long.MIN_VALUE / 4;

    /** Longer than any time between two events: what is kept so long is kept for ever. */
    public static final long FOREVER = Long.MAX_VALUE / 4;

    /**
     * @param width of a tile {@code (k·width, (k+1)·width]}
     * @param keep tiles whose right edge lies at or before the newest event minus this are dropped
     * @param lifetime whether what is dropped is still kept, as one
     */
    public record TileWidth(long width, long keep, boolean lifetime) {}

    public Block empty() {
        return empty(Block.FORMAT);
    }

    /** @param format {@link Block#FORMAT} or {@link Block#SERVED_FORMAT} */
    PlainBlock empty(int format) {
        return revised && format == Block.FORMAT ? new RevisedBlock(this) : new TiledBlock(this, format);
    }

    /**
     * Events later than the newest minus this are told from their repetitions, milliseconds. Nobody asks a block that is served of
     * a moment before the horizon.
     */
    long memory(int format) {
        return format == Block.SERVED_FORMAT ? Math.min(duplicates, horizon + 1) : duplicates;
    }

    /** In layers once it is larger than this, as it is kept and served. */
    public LayeredBlock emptyLayers(int youngBytes) {
        return LayeredBlock.empty(this, youngBytes);
    }

    /**
     * @param older gives the older block that the bytes name, if they name one
     * @throws CorruptBlockException when the bytes are no block of this view
     */
    public LayeredBlock readLayers(int youngBytes, byte[] bytes, Supplier<Block> older) {
        return LayeredBlock.read(this, youngBytes, bytes, older);
    }

    /** @throws CorruptBlockException when the bytes are no block of this view */
    public Block read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int version = in.fixed8();
        if (version != Block.FORMAT && version != Block.SERVED_FORMAT) {
            throw new CorruptBlockException(
                    "Expected a block of format " + Block.FORMAT + " or " + Block.SERVED_FORMAT + ", found " + version);
        }
        expectFingerprint((int) in.unsigned());
        PlainBlock block = empty(version);
        block.read(in);
        in.expectEnd();
        return block;
    }

    void expectFingerprint(int found) {
        if (found != fingerprint) {
            throw new CorruptBlockException("Expected a block of the definition " + Integer.toHexString(fingerprint)
                    + ", found one of " + Integer.toHexString(found) + "; rebuild it from the events");
        }
    }

    /** What Redis is told of {@link #reach}: 0 is for ever. */
    public long millisToLive() {
        return reach() >= FOREVER ? 0 : reach();
    }

    /** How long after its last event a block can still be reached by a window, in milliseconds, or {@link #FOREVER}. */
    public long reach() {
        if (resolutions.stream().anyMatch(TileWidth::lifetime)) {
            return FOREVER;
        }
        return Math.max(
                duplicates,
                resolutions.stream().mapToLong(TileWidth::keep).max().orElse(0));
    }
}
