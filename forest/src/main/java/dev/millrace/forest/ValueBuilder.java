package dev.millrace.forest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects the elements of an array whose type is not known before they are read. */
final class ValueBuilder {

    /** Deeper nesting than any model has; it keeps a hostile file from overflowing the stack. */
    static final int MAX_DEPTH = 32;

    /** Of one array: more than a tree has nodes. Whatever is made of one array while it is read stays within some tens of MiB. */
    static final int MAX_ELEMENTS = 500_000;

    private static final Value NO_NUMBERS = new Value.Numbers(new double[0]);

    private final Room room;
    private double[] numbers = new double[0];
    private int count;
    private List<Value> others = List.of();

    ValueBuilder(Room room) {
        this.room = room;
    }

    void add(Value value) throws ModelFormatException {
        checkElements(Math.max(count, others.size()) + 1);
        if (value instanceof Value.Num num && others.isEmpty()) {
            addNumber(num.value());
        } else if (count > 0) {
            throw ModelFormatException.invalid("an array of numbers only", "a value of another type among them");
        } else {
            addOther(value);
        }
    }

    private void addNumber(double number) throws ModelFormatException {
        room.take(Double.BYTES);
        if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(16, count * 2));
        }
        numbers[count++] = number;
    }

    private void addOther(Value value) throws ModelFormatException {
        room.take(Room.ELEMENT);
        if (others.isEmpty()) {
            others = new ArrayList<>();
        }
        others.add(value);
    }

    Value build() throws ModelFormatException {
        if (count == 0 && others.isEmpty()) {
            return NO_NUMBERS;
        }
        room.take(Room.CONTAINER);
        return others.isEmpty() ? new Value.Numbers(Arrays.copyOf(numbers, count)) : new Value.Items(others);
    }

    static void checkDepth(int depth) throws ModelFormatException {
        if (depth > MAX_DEPTH) {
            throw ModelFormatException.malformed("at most " + MAX_DEPTH + " levels of nesting", "more");
        }
    }

    static void checkElements(int elements) throws ModelFormatException {
        if (elements > MAX_ELEMENTS) {
            throw ModelFormatException.unsupported("arrays of at most " + MAX_ELEMENTS + " elements", "a longer one");
        }
    }
}
