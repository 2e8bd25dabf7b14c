package dev.millrace.feature.state;

import dev.millrace.feature.state.Block.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A partition of a sequential view: its entities' blocks after every event that can no longer be preceded by one that comes
 * late, and the events since then, in order. Served are the blocks after all of them.
 */
public final class SequenceState implements ViewState {
    /** The first byte. */
    private static final int FORMAT = 2;

    private static final Comparator<ProjectedEvent> ORDER =
            Comparator.comparingLong(ProjectedEvent::time).thenComparingLong(ProjectedEvent::idHash);

    private final Sequence sequence;
    private final TreeMap<String, Block> settled = new TreeMap<>();
    private final TreeSet<ProjectedEvent> recent = new TreeSet<>(ORDER);
    private final Set<String> touched = new TreeSet<>();
    private long newest = Block.NONE;
    private long earliestFolded = Long.MAX_VALUE;
    private @Nullable Map<String, Block> served;

    /** Before its first event. */
    public SequenceState(Sequence sequence) {
        this.sequence = sequence;
    }

    @Override
    public Outcome fold(ProjectedEvent event) {
        if (newest != Block.NONE && event.time() <= settledUpTo()) {
            return Outcome.TOO_LATE;
        }
        if (!recent.add(event)) {
            return Outcome.DUPLICATE;
        }
        newest = Math.max(newest, event.time());
        earliestFolded = Math.min(earliestFolded, event.time());
        served = null;
        while (recent.first().time() <= settledUpTo()) {
            ProjectedEvent first = recent.removeFirst();
            if (first.time() >= earliestFolded) {
                touched.addAll(first.entities());
            }
            sequence.apply(
                    first,
                    first.entities().stream()
                            .map(entity -> settled.computeIfAbsent(
                                    entity, name -> sequence.shape().empty()))
                            .toList());
        }
        return Outcome.FOLDED;
    }

    private long settledUpTo() {
        return newest - sequence.shape().horizon();
    }

    @Override
    public long newest() {
        return newest;
    }

    @Override
    public Block block(String entity) {
        Block block = served().get(entity);
        if (block == null) {
            block = settled.get(entity);
        }
        return block == null ? sequence.shape().empty() : block;
    }

    @Override
    public Map<String, Block> changed() {
        Set<String> entities = new TreeSet<>(touched);
        recent.stream()
                .filter(event -> event.time() >= earliestFolded)
                .forEach(event -> entities.addAll(event.entities()));
        return blocks(entities);
    }

    @Override
    public Map<String, Block> blocks() {
        Set<String> entities = new TreeSet<>(settled.keySet());
        recent.forEach(event -> entities.addAll(event.entities()));
        return blocks(entities);
    }

    private Map<String, Block> blocks(Set<String> entities) {
        Map<String, Block> blocks = new TreeMap<>();
        entities.forEach(entity -> blocks.put(entity, block(entity)));
        return blocks;
    }

    /** Of the entities that recent events name. */
    private Map<String, Block> served() {
        Map<String, Block> blocks = served;
        if (blocks == null) {
            blocks = new HashMap<>();
            for (ProjectedEvent event : recent) {
                List<Block> concerned = new ArrayList<>();
                for (String entity : event.entities()) {
                    concerned.add(blocks.computeIfAbsent(entity, this::copyOfSettled));
                }
                sequence.apply(event, concerned);
            }
            served = blocks;
        }
        return blocks;
    }

    private Block copyOfSettled(String entity) {
        Block block = settled.get(entity);
        BlockShape shape = sequence.shape();
        return block == null ? shape.empty() : shape.read(block.toBytes());
    }

    @Override
    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(1024);
        out.fixed8(FORMAT);
        out.unsigned(Integer.toUnsignedLong(sequence.shape().fingerprint()));
        out.signed(newest);
        out.unsigned(recent.size());
        recent.forEach(event -> out.bytes(event.toBytes()));
        out.unsigned(settled.size());
        settled.forEach((entity, block) -> {
            out.text(entity);
            out.bytes(block.toBytes());
        });
        return out.toBytes();
    }

    /** @throws CorruptBlockException when the bytes are no partition of this view */
    public static SequenceState read(Sequence sequence, byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int version = in.fixed8();
        if (version != FORMAT) {
            throw new CorruptBlockException("Expected a partition of format " + FORMAT + ", found " + version);
        }
        sequence.shape().expectFingerprint((int) in.unsigned());
        SequenceState state = new SequenceState(sequence);
        state.newest = in.signed();
        int inputs = sequence.fold().reads().size();
        for (int left = in.count(); left > 0; left--) {
            state.recent.add(ProjectedEvent.fromBytes(in.bytes(), inputs));
        }
        for (int left = in.count(); left > 0; left--) {
            state.settled.put(in.text(), sequence.shape().read(in.bytes()));
        }
        in.expectEnd();
        return state;
    }
}
