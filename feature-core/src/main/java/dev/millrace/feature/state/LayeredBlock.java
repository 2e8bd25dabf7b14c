package dev.millrace.feature.state;

import com.google.common.base.Suppliers;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A block that costs what changes: the events since some time in a young block, all others in an older one, which is looked at
 * only when a window reaches it or an event is as old, and written only when the young one has grown. Both hold different events,
 * so what they say together is what one block of all would.
 *
 * <p>A small block has no older one, and its bytes are the block's own.
 */
public final class LayeredBlock implements Block {
    /**
     * Bytes that a young block may have; then it joins the older one. Most entities never need two. Of an older block of a
     * megabyte this is one writing for some thousands of events; what is cheapest grows with the root of its size only.
     */
    public static final int YOUNG = 32 * 1024;

    private final BlockShape shape;
    private final Format format;
    private final int limit;
    private Block young;
    private @Nullable Older older;
    private boolean changed;
    private boolean revised;

    /**
     * What is known of the older block without reading it.
     *
     * @param id of its content: blocks of other content have other ids, whenever and from whichever state they were written
     * @param source gives the block, read once
     */
    private record Older(long id, long newest, Supplier<Block> source) {
        static Older of(Block block) {
            return new Older(Fingerprint.of(block.toBytes()), block.newest(), () -> block);
        }

        Block block() {
            return source.get();
        }
    }

    /** The first byte of a young block's bytes that has an older one, and of the block itself. */
    private enum Format {
        KEPT(4, FORMAT),
        SERVED(5, SERVED_FORMAT);

        private final int layered;
        private final int plain;

        Format(int layered, int plain) {
            this.layered = layered;
            this.plain = plain;
        }

        /** Of a young block that has an older one; null when the byte begins a block in one piece. */
        static @Nullable Format layered(int first) {
            if (first == KEPT.layered) {
                return KEPT;
            }
            return first == SERVED.layered ? SERVED : null;
        }
    }

    private LayeredBlock(BlockShape shape, Format format, int limit, Block young, @Nullable Older older) {
        this.shape = shape;
        this.format = format;
        this.limit = limit;
        this.young = young;
        this.older = older;
    }

    static LayeredBlock empty(BlockShape shape, int limit) {
        return new LayeredBlock(shape, Format.KEPT, limit, shape.empty(), null);
    }

    /** Which older block belongs to these bytes; empty when there is none. */
    public static OptionalLong olderId(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        if (Format.layered(in.fixed8()) == null) {
            return OptionalLong.empty();
        }
        in.unsigned();
        return OptionalLong.of(in.unsigned());
    }

    /**
     * @param source gives the older block that the bytes name; asked at most once
     * @throws CorruptBlockException when the bytes are no block of this shape
     */
    static LayeredBlock read(BlockShape shape, int limit, byte[] bytes, Supplier<Block> source) {
        ByteReader in = new ByteReader(bytes);
        int first = in.fixed8();
        Format format = Format.layered(first);
        if (format == null) {
            Format plain = first == SERVED_FORMAT ? Format.SERVED : Format.KEPT;
            return new LayeredBlock(shape, plain, limit, shape.read(bytes), null);
        }
        shape.expectFingerprint((int) in.unsigned());
        long id = in.unsigned();
        long newest = in.signed();
        Block young = shape.read(in.bytes());
        in.expectEnd();
        Older older = new Older(id, newest, Suppliers.memoize(source::get));
        return new LayeredBlock(shape, format, limit, young, older);
    }

    @Override
    public Outcome fold(ProjectedEvent event) {
        Older before = older;
        if (before == null) {
            return young.fold(event);
        }
        if (event.time() <= newest() - shape.memory(format.plain)) {
            return Outcome.TOO_LATE;
        }
        if (event.time() > before.newest() || !before.block().contains(event)) {
            return young.fold(event);
        }
        Outcome outcome = before.block().fold(event);
        revised |= outcome == Outcome.REVISED;
        return outcome;
    }

    private void replaceOlder(Block block) {
        older = Older.of(block);
        changed = true;
        revised = false;
    }

    /** Once for all events since the last time. */
    private void noteRevisions() {
        if (revised && older != null) {
            replaceOlder(older.block());
        }
    }

    @Override
    public boolean contains(ProjectedEvent event) {
        Older before = older;
        return young.contains(event)
                || before != null
                        && event.time() <= before.newest()
                        && before.block().contains(event);
    }

    @Override
    public long newest() {
        Older before = older;
        return before == null ? young.newest() : Math.max(before.newest(), young.newest());
    }

    @Override
    public void sum(int resolution, long left, long right, Aggregates into) {
        Older before = older;
        if (before != null && left < before.newest()) {
            before.block().sum(resolution, left, right, into);
        }
        young.sum(resolution, left, right, into);
    }

    @Override
    public void walk(int resolution, long left, long right, Aggregates scratch, TileConsumer consumer) {
        Older before = older;
        boolean reached = before != null && left < before.newest();
        (reached ? whole() : young).walk(resolution, left, right, scratch, consumer);
    }

    /** One block of all events. */
    public Block whole() {
        Block whole = shape.empty(format.plain);
        Older before = older;
        if (before != null) {
            whole.merge(before.block());
        }
        whole.merge(young);
        return whole;
    }

    @Override
    public void merge(Block other) {
        young.merge(other instanceof LayeredBlock layered ? layered.whole() : other);
    }

    /** Brings the young events to the older ones when it is time, and forgets what no window reaches. */
    @Override
    public byte[] toBytes() {
        Older before = older;
        if (before != null && newest() - before.newest() >= shape.reach()) {
            older = null;
        }
        byte[] bytes = young.toBytes();
        if (bytes.length > limit) {
            replaceOlder(whole());
            young = shape.empty(format.plain);
            bytes = young.toBytes();
        }
        noteRevisions();
        return older == null ? bytes : layered(format, older, bytes);
    }

    @Override
    public byte[] toServedBytes() {
        noteRevisions();
        byte[] bytes = young.toServedBytes();
        return older == null ? bytes : layered(Format.SERVED, older, bytes);
    }

    private byte[] layered(Format as, Older known, byte[] bytes) {
        ByteWriter out = new ByteWriter(bytes.length + 32);
        out.fixed8(as.layered);
        out.unsigned(Integer.toUnsignedLong(shape.fingerprint()));
        out.unsigned(known.id());
        out.signed(known.newest());
        out.bytes(bytes);
        return out.toBytes();
    }

    /** The older block, where there is one. */
    public Optional<Block> older() {
        return Optional.ofNullable(older).map(Older::block);
    }

    /** The older block, where it is another than the one read: to be written before the bytes that name it. */
    public Optional<Block> changedOlder() {
        return changed ? older() : Optional.empty();
    }
}
