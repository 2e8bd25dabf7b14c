package dev.millrace.forest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects the elements of an array whose type is not known before they are read. */
final class ValueBuilder {

    /** Deeper nesting than any model has; it keeps a hostile file from overflowing the stack. */
    static final int MAX_DEPTH = 32;

    private double[] numbers = new double[16];
    private int count;
    private final List<Value> others = new ArrayList<>();

    void add(Value value) throws ModelFormatException {
        if (value instanceof Value.Num num && others.isEmpty()) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
            }
            numbers[count++] = num.value();
        } else if (count > 0) {
            throw ModelFormatException.invalid("an array of numbers only", "a value of another type among them");
        } else {
            others.add(value);
        }
    }

    Value build() {
        return others.isEmpty() ? new Value.Numbers(Arrays.copyOf(numbers, count)) : new Value.Items(others);
    }

    static void checkDepth(int depth) throws ModelFormatException {
        if (depth > MAX_DEPTH) {
            throw ModelFormatException.malformed("at most " + MAX_DEPTH + " levels of nesting", "more");
        }
    }
}
