package dev.millrace.fraud;

import java.util.HashSet;
import java.util.Set;

/**
 * What thieves hold: some of a number of things, each for a number of days. A steady share falls to them every day; which
 * ones is chance.
 *
 * @param purpose tells the draws for terminals from those for customers
 * @param things numbered from 1
 * @param share of them that falls to the thieves every day
 * @param days that they keep each
 */
record Compromise(long seed, long purpose, int things, double share, int days) {

    /** The numbers of those that are held on a day. */
    Set<Integer> on(long epochDay) {
        Set<Integer> held = new HashSet<>();
        for (long since = epochDay - days + 1; since <= epochDay; since++) {
            long count = (long) Math.floor((since + 1) * share * things) - (long) Math.floor(since * share * things);
            Draws draws = Draws.of(seed, purpose, since);
            for (long i = 0; i < count; i++) {
                held.add(1 + draws.below(things));
            }
        }
        return held;
    }
}
