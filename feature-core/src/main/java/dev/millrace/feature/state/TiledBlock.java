package dev.millrace.feature.state;

/**
 * Events as partial aggregates: those within the horizon in tiles of 1 ms, older ones merged into the tiles of each
 * resolution. What is merged or dropped depends on the newest event time alone, so every order of arrival gives the
 * same bytes.
 */
final class TiledBlock implements Block {
    private final BlockShape shape;
    private long newest = NONE;
    private EventIds ids = new EventIds(4);
    private Tiles recent;
    private final Tiles[] tiles;

    TiledBlock(BlockShape shape) {
        this.shape = shape;
        this.recent = new Tiles(shape.layout(), 4);
        this.tiles = new Tiles[shape.resolutions().size()];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = new Tiles(shape.layout(), 4);
        }
    }

    @Override
    public Outcome fold(ProjectedEvent event) {
        long time = event.time();
        if (newest != NONE && time <= newest - shape.duplicates()) {
            return Outcome.TOO_LATE;
        }
        if (!ids.add(time, event.idHash())) {
            return Outcome.DUPLICATE;
        }
        if (newest == NONE || time > newest) {
            advance(time);
        }
        if (time >= newest - shape.horizon()) {
            recent.add(time, event.inputs());
        } else {
            for (int i = 0; i < tiles.length; i++) {
                long number = number(i, time);
                if (number != Tiles.TileNumbers.GONE) {
                    tiles[i].add(number, event.inputs());
                }
            }
        }
        return Outcome.FOLDED;
    }

    private void advance(long time) {
        newest = time;
        ids.dropUpTo(newest - shape.duplicates());
        for (int i = 0; i < tiles.length; i++) {
            tiles[i].dropBelow(firstKept(i));
        }
        recent.moveInto(newest - shape.horizon() - 1, this::number, tiles);
    }

    /** The tile {@code (k·r, (k+1)·r]} that holds the time, or GONE. */
    private long number(int resolution, long time) {
        long number =
                Math.floorDiv(time - 1, shape.resolutions().get(resolution).width());
        return number < firstKept(resolution) ? Tiles.TileNumbers.GONE : number;
    }

    /** The least number of a tile whose right edge lies after what is kept. */
    private long firstKept(int resolution) {
        BlockShape.TileWidth width = shape.resolutions().get(resolution);
        return Math.floorDiv(newest - width.keep(), width.width());
    }

    @Override
    public long newest() {
        return newest;
    }

    @Override
    public void sum(int resolution, long left, long right, long[] into) {
        long width = shape.resolutions().get(resolution).width();
        // Tiles hold nothing as late as the newest event minus the horizon: all of one that starts before the edge
        // counts.
        tiles[resolution].sum(Math.floorDiv(left, width), Math.floorDiv(right - 1, width), into);
        recent.sum(left + 1, right, into);
    }

    @Override
    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(64);
        out.fixed8(FORMAT);
        out.unsigned(Integer.toUnsignedLong(shape.fingerprint()));
        out.signed(newest);
        ids.write(out);
        recent.write(out);
        for (Tiles list : tiles) {
            list.write(out);
        }
        return out.toBytes();
    }

    static TiledBlock read(BlockShape shape, ByteReader in) {
        TiledBlock block = new TiledBlock(shape);
        block.newest = in.signed();
        block.ids = EventIds.read(in);
        block.recent = Tiles.read(shape.layout(), in);
        for (int i = 0; i < block.tiles.length; i++) {
            block.tiles[i] = Tiles.read(shape.layout(), in);
        }
        return block;
    }
}
