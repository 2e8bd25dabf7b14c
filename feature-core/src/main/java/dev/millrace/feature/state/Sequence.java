package dev.millrace.feature.state;

import dev.millrace.feature.fold.SequentialFold;
import java.util.ArrayList;
import java.util.List;

/**
 * How a sequential view keeps its partitions and serves its entities. An entity's block holds what the fold kept of it after
 * each of its events, as the bits of doubles.
 *
 * @param shape of an entity's block; events later than the newest minus its horizon can still be put in their place
 */
public record Sequence(SequentialFold fold, BlockShape shape) {
    private static final double NO_SIGN = 0.0;

    /** What the fold keeps of an entity. */
    double[] kept(Block block) {
        double[] kept = fold.initial();
        Aggregates all = shape.layout().empty();
        block.sum(0, BlockShape.EVER, block.newest(), all);
        for (int i = 0; i < kept.length; i++) {
            Totals totals = all.input(i);
            if (totals.values() > 0) {
                kept[i] = Double.longBitsToDouble(totals.last());
            }
        }
        return kept;
    }

    /** Folds an event into the blocks of its entities. */
    void apply(ProjectedEvent event, List<Block> blocks) {
        List<double[]> entities = new ArrayList<>();
        blocks.forEach(block -> entities.add(kept(block)));
        double[] numbers = new double[event.inputs().length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Double.longBitsToDouble(event.inputs()[i]);
        }
        fold.apply(numbers, entities);
        for (int i = 0; i < entities.size(); i++) {
            blocks.get(i).fold(new ProjectedEvent(event.time(), event.idHash(), 0, bits(entities.get(i))));
        }
    }

    /** A double as an input; minus zero, whose bits mean a missing input, becomes zero. */
    public static long bits(double number) {
        return Double.doubleToLongBits(unsigned(number));
    }

    /** Zero has no sign here. */
    public static double unsigned(double number) {
        return number + NO_SIGN;
    }

    private static long[] bits(double[] numbers) {
        long[] bits = new long[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = bits(numbers[i]);
        }
        return bits;
    }
}
