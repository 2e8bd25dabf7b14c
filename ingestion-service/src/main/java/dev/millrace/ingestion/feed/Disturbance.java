package dev.millrace.ingestion.feed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What networks and senders do to events: some are sent again, some come after later ones, and some broken ones come in
 * between. Every event is still sent at least once.
 */
final class Disturbance {
    private final double repeatShare;
    private final double lateShare;
    private final double brokenShare;
    private final SplittableRandom random;
    private List<Dispatch> heldBack = new ArrayList<>();
    private long repeated;
    private long late;
    private long broken;

    /**
     * @param repeatShare of the events that are sent twice: with the next slice again
     * @param lateShare of the events that are sent with the next slice instead of their own
     * @param brokenShare how many copies with a field that does not exist are sent besides, per event
     */
    Disturbance(double repeatShare, double lateShare, double brokenShare, long seed) {
        this.repeatShare = share("repeat", repeatShare);
        this.lateShare = share("late", lateShare);
        this.brokenShare = share("broken", brokenShare);
        this.random = new SplittableRandom(seed);
    }

    private static double share(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new FeedException("--" + name + "-share: expected 0 to 1, found " + value);
        }
        return value;
    }

    /** What is sent instead of these events. */
    List<Dispatch> of(List<Dispatch> events) {
        List<Dispatch> sent = new ArrayList<>();
        List<Dispatch> next = new ArrayList<>();
        for (Dispatch event : events) {
            if (random.nextDouble() < lateShare) {
                late++;
                next.add(event);
            } else {
                sent.add(event);
            }
            if (random.nextDouble() < repeatShare) {
                repeated++;
                next.add(event);
            }
            if (random.nextDouble() < brokenShare) {
                broken++;
                sent.add(broken(event));
            }
        }
        heldBack.forEach(event -> sent.add(random.nextInt(sent.size() + 1), event));
        heldBack = next;
        return sent;
    }

    /** What was held back. */
    List<Dispatch> rest() {
        List<Dispatch> rest = heldBack;
        heldBack = new ArrayList<>();
        return rest;
    }

    private static Dispatch broken(Dispatch event) {
        Map<String, Object> body = new HashMap<>(event.body());
        body.put("no_such_field", "broken on purpose");
        return new Dispatch(event.path(), event.key(), event.time(), event.lag(), body);
    }

    String counts() {
        return "On purpose: %,d sent twice, %,d sent late, %,d broken copies sent besides"
                .formatted(repeated, late, broken);
    }
}
