package dev.millrace.feature.operation;

import java.util.Optional;

/**
 * One feature that an operation gives per window.
 *
 * @param suffix what its name gets before the window's; empty or with an underscore before it
 * @param bin the values that count, where only some do: the operation then gets 1 or 0
 */
public record Variant(String suffix, Operation operation, Optional<Bin> bin) {
    /** Of all values. */
    Variant(String suffix, Operation operation) {
        this(suffix, operation, Optional.empty());
    }

    /**
     * A range of numbers.
     *
     * @param above exclusive
     * @param upTo inclusive
     */
    public record Bin(double above, double upTo) {}
}
