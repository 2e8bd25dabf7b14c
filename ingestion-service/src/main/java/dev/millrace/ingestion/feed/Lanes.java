package dev.millrace.ingestion.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends several requests at once. What has the same key goes through the same lane, so it stays in order; a call returns
 * when all lanes are done, so no lane runs ahead by more than one call.
 */
final class Lanes implements AutoCloseable {
    static final int LANES = 4;

    /** Far below what ingestion takes, in number and in bytes. */
    static final int BATCH = 500;

    /** Fewer are not worth a request of their own. */
    private static final int WORTHWHILE = 150;

    /** Whether ingestion is told when the events arrived. */
    enum Arrivals {
        STATED,
        NOW
    }

    private final IngestionClient client;
    private final Arrivals arrivals;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            2 * LANES, Thread.ofPlatform().daemon().name("lane-", 0).factory());

    Lanes(IngestionClient client, Arrivals arrivals) {
        this.client = client;
        this.arrivals = arrivals;
    }

    /** Events and labels at once. Returns false when the feed was asked to end before all was taken. */
    boolean send(Slice slice) {
        List<Callable<Boolean>> work = new ArrayList<>(lanes(slice.events()));
        work.addAll(lanes(slice.labels()));
        return run(work);
    }

    boolean send(List<Dispatch> dispatches) {
        return run(lanes(dispatches));
    }

    /** As many lanes as have enough to do. */
    private List<Callable<Boolean>> lanes(List<Dispatch> dispatches) {
        int count = Math.clamp(dispatches.size() / WORTHWHILE, 1, LANES);
        List<List<Dispatch>> lanes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lanes.add(new ArrayList<>());
        }
        for (Dispatch dispatch : dispatches) {
            lanes.get(Math.floorMod(dispatch.key().hashCode(), count)).add(dispatch);
        }
        return lanes.stream()
                .filter(lane -> !lane.isEmpty())
                .<Callable<Boolean>>map(lane -> () -> inOrder(lane))
                .toList();
    }

    private boolean run(List<Callable<Boolean>> work) {
        try {
            boolean sent = true;
            for (Future<Boolean> lane : threads.invokeAll(work)) {
                sent &= lane.get();
            }
            return sent;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FeedException known
                    ? known
                    : new FeedException("Sending failed: " + e.getCause(), e);
        }
    }

    private boolean inOrder(List<Dispatch> lane) {
        int from = 0;
        while (from < lane.size()) {
            Dispatch first = lane.get(from);
            int to = from + 1;
            while (to < lane.size() && to - from < BATCH && belongTogether(first, lane.get(to))) {
                to++;
            }
            Optional<Duration> lag = arrivals == Arrivals.STATED ? Optional.of(first.lag()) : Optional.empty();
            if (!client.post(first.path(), lane.subList(from, to), lag)) {
                return false;
            }
            from = to;
        }
        return true;
    }

    private static boolean belongTogether(Dispatch first, Dispatch other) {
        return first.path().equals(other.path()) && first.lag().equals(other.lag());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
