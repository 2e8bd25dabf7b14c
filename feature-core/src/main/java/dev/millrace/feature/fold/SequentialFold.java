package dev.millrace.feature.fold;

import java.util.List;

/**
 * A fold over the events of a partition, one by one in the order of (event time, hash of the id). It keeps a few numbers per
 * entity and nothing else: the engine stores them, goes back when an event comes late, and serves them. Whoever implements it
 * computes with {@link StrictMath} beyond {@code + − × ÷ √}, so that every machine gives the same bits. Thread-safe.
 */
public interface SequentialFold {
    /** The event's fields that it is given, in this order. An event that lacks one of them is not folded. */
    List<String> reads();

    /** The numbers that it keeps per entity, in this order; {@code emitted:} names them. */
    List<String> keeps();

    /** What it keeps of an entity before its first event. */
    double[] initial();

    /**
     * Takes one event.
     *
     * @param event the numbers of {@link #reads}
     * @param entities the numbers of {@link #keeps} of each entity that the event names, in the order of the view's
     *     alternatives: to be changed in place
     */
    void apply(double[] event, List<double[]> entities);
}
