package dev.millrace.feature.state;

/** A block in one piece. */
sealed interface PlainBlock extends Block permits TiledBlock, RevisedBlock {
    /**
     * Reads what was written, after its head, into this empty one.
     *
     * @throws CorruptBlockException when the bytes are no such block
     */
    void read(ByteReader in);
}
