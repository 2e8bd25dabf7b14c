package dev.millrace.feature.state;

import org.jspecify.annotations.Nullable;

/**
 * Events as partial aggregates: those within the horizon in tiles of 1 ms, older ones merged into the tiles of each
 * resolution, and where a lifetime is kept, those older than its tiles into one. What is merged or dropped depends on the
 * newest event time alone, so every order of arrival gives the same bytes.
 */
final class TiledBlock implements PlainBlock {
    /** The number of the one tile of all that is older than a resolution's tiles. */
    private static final long PAST = 0;

    /** So many events wait for their tiles at least, before they are brought there together. */
    private static final int UNSETTLED = 32;

    private static final int SPARE = 4;

    /** Bytes of what comes before the ids, at most. */
    private static final int HEAD = 32;

    /** Bytes that most blocks do not exceed by much. */
    private static final int INITIAL = 1024;

    private final BlockShape shape;
    private final int format;
    /** Events later than the newest minus this are told from their repetitions, milliseconds. */
    private final long memory;

    private long newest = NONE;
    private EventIds ids = new EventIds();
    private Tiles recent;
    private final Tiles[] tiles;
    private final Tiles[] past;
    /** What both forms have in common, as it was written last: forgotten with the next event. */
    private byte @Nullable [] settled;

    /** @param format {@link #FORMAT}, or {@link #SERVED_FORMAT} of one that will only be read */
    TiledBlock(BlockShape shape, int format) {
        this.shape = shape;
        this.format = format;
        this.memory = shape.memory(format);
        this.recent = new Tiles(shape.layout(), UNSETTLED);
        this.tiles = new Tiles[shape.resolutions().size()];
        this.past = new Tiles[tiles.length];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = new Tiles(shape.layout(), SPARE);
            past[i] = new Tiles(shape.layout(), 1);
        }
    }

    @Override
    public Outcome fold(ProjectedEvent event) {
        long time = event.time();
        if (newest != NONE && time <= newest - memory) {
            return Outcome.TOO_LATE;
        }
        if (!ids.add(time, event.idHash(), newest == NONE ? NONE : newest - memory)) {
            return Outcome.DUPLICATE;
        }
        put(event);
        return Outcome.FOLDED;
    }

    /** An event of which it is known that it is not there yet. */
    void put(ProjectedEvent event) {
        settled = null;
        newest = Math.max(newest, event.time());
        if (recent.isFull()) {
            settle();
        }
        recent.add(event.time(), event);
    }

    /**
     * Brings what events older than the horizon add to their tiles, and drops what no window reaches: not with each event, for
     * which every list of tiles would be a wait for memory, but for many at once. No window tells the difference.
     */
    private void settle() {
        if (newest == NONE) {
            return;
        }
        ids.dropUpTo(newest - memory);
        while (recent.from() < recent.to() && recent.number(recent.from()) < newest - shape.horizon()) {
            addToTiles(recent, recent.from());
            recent.dropFirst();
        }
        for (int i = 0; i < tiles.length; i++) {
            dropUnreached(i);
        }
    }

    private void dropUnreached(int resolution) {
        Tiles list = tiles[resolution];
        long first = firstKept(resolution);
        while (list.from() < list.to() && list.number(list.from()) < first) {
            if (shape.resolutions().get(resolution).lifetime()) {
                past[resolution].add(PAST, list, list.from());
            }
            list.dropFirst();
        }
    }

    /** Adds a tile of 1 ms to those of every resolution. */
    private void addToTiles(Tiles source, int place) {
        for (int i = 0; i < tiles.length; i++) {
            addTile(i, number(i, source.number(place)), source, place);
        }
    }

    private void addTile(int resolution, long number, Tiles source, int place) {
        if (number >= firstKept(resolution)) {
            tiles[resolution].add(number, source, place);
        } else if (shape.resolutions().get(resolution).lifetime()) {
            past[resolution].add(PAST, source, place);
        }
    }

    /** The tile {@code (k·r, (k+1)·r]} that holds the time. */
    private long number(int resolution, long time) {
        return Math.floorDiv(time - 1, shape.resolutions().get(resolution).width());
    }

    /** The least number of a tile whose right edge lies after what is kept. */
    private long firstKept(int resolution) {
        BlockShape.TileWidth width = shape.resolutions().get(resolution);
        return Math.floorDiv(newest - width.keep(), width.width());
    }

    @Override
    public boolean contains(ProjectedEvent event) {
        return ids.contains(event.time(), event.idHash());
    }

    @Override
    public long newest() {
        return newest;
    }

    @Override
    public void sum(int resolution, long left, long right, Aggregates into) {
        long width = shape.resolutions().get(resolution).width();
        if (left == BlockShape.EVER) {
            past[resolution].sum(PAST, PAST, into);
        }
        // Tiles hold nothing as late as the newest event minus the horizon: all of one that starts before the edge
        // counts.
        tiles[resolution].sum(Math.floorDiv(left, width), Math.floorDiv(right - 1, width), into);
        recent.sum(left + 1, right, into);
    }

    @Override
    public void walk(int resolution, long left, long right, Aggregates scratch, TileConsumer consumer) {
        long width = shape.resolutions().get(resolution).width();
        Tiles list = tiles[resolution];
        int old = list.to() - 1;
        while (old >= list.from() && list.number(old) > Math.floorDiv(right - 1, width)) {
            old--;
        }
        int young = recent.place(right + 1) - 1;
        long first = Math.floorDiv(left, width);
        while (true) {
            boolean hasYoung = young >= recent.from() && recent.number(young) > left;
            boolean hasOld = old >= list.from() && list.number(old) >= first;
            if (!hasYoung && !hasOld) {
                return;
            }
            // A tile may lie in both lists: at the edge of the horizon, or where an event came late.
            long number = Math.max(
                    hasYoung ? Math.floorDiv(recent.number(young) - 1, width) : Long.MIN_VALUE,
                    hasOld ? list.number(old) : Long.MIN_VALUE);
            scratch.clear();
            while (young >= recent.from()
                    && recent.number(young) > left
                    && Math.floorDiv(recent.number(young) - 1, width) == number) {
                recent.mergeInto(scratch, young--);
            }
            if (hasOld && list.number(old) == number) {
                list.mergeInto(scratch, old--);
            }
            if (!consumer.accept(Math.min((number + 1) * width, right), scratch)) {
                return;
            }
        }
    }

    @Override
    public void merge(Block other) {
        TiledBlock from = (TiledBlock) other;
        if (from.newest == NONE) {
            return;
        }
        settled = null;
        newest = Math.max(newest, from.newest);
        ids.addAll(from.ids, newest - memory);
        for (int i = 0; i < tiles.length; i++) {
            past[i].addAll(from.past[i]);
            for (int place = from.tiles[i].from(); place < from.tiles[i].to(); place++) {
                addTile(i, from.tiles[i].number(place), from.tiles[i], place);
            }
        }
        recent.addAll(from.recent);
    }

    @Override
    public byte[] toBytes() {
        return write(format, newest - memory);
    }

    @Override
    public byte[] toServedBytes() {
        return write(SERVED_FORMAT, newest - shape.memory(SERVED_FORMAT));
    }

    private byte[] write(int as, long idsAfter) {
        byte[] tail = settled();
        ByteWriter out = new ByteWriter(tail.length + HEAD + ids.greatestLength());
        out.fixed8(as);
        out.unsigned(Integer.toUnsignedLong(shape.fingerprint()));
        out.signed(newest);
        ids.write(out, idsAfter);
        out.raw(tail);
        return out.toBytes();
    }

    private byte[] settled() {
        byte[] known = settled;
        if (known != null) {
            return known;
        }
        settle();
        ByteWriter out = new ByteWriter(INITIAL);
        recent.write(out);
        for (int i = 0; i < tiles.length; i++) {
            tiles[i].write(out);
            if (shape.resolutions().get(i).lifetime()) {
                past[i].write(out);
            }
        }
        byte[] tail = out.toBytes();
        settled = tail;
        return tail;
    }

    @Override
    public void read(ByteReader in) {
        newest = in.signed();
        ids = EventIds.read(in);
        recent = Tiles.read(shape.layout(), in, UNSETTLED);
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = Tiles.read(shape.layout(), in, SPARE);
            if (shape.resolutions().get(i).lifetime()) {
                past[i] = Tiles.read(shape.layout(), in, 1);
            }
        }
    }
}
