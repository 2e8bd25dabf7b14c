package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.invalid;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A value of a model file, as both of its notations (UBJ and JSON) give it. */
sealed interface Value {

    /** An array of other values than numbers; an empty array is of numbers. */
    record Items(List<Value> values) implements Value {}

    /** An array of numbers. Each came as an integer or as a float32, so a double holds it exactly. */
    record Numbers(double[] values) implements Value {}

    /** An array of numbers that stay in the file until they are asked for: as doubles they would take up to eight times as much. */
    record Packed(ByteBuffer file, int from, int count, byte type) implements Value {

        double[] values() throws ModelFormatException {
            ByteBuffer in = file.duplicate().position(from);
            double[] values = new double[count];
            for (int i = 0; i < count; i++) {
                values[i] = UbjReader.number(in, type);
            }
            return values;
        }
    }

    record Num(double value) implements Value {}

    record Text(String value) implements Value {}

    record Nothing() implements Value {}

    /** An object, whose accessors refuse what is missing or of another type. */
    record Fields(Map<String, Value> values) implements Value {

        static final Fields NONE = new Fields(Map.of());

        Fields fields(String name) throws ModelFormatException {
            return require(name) instanceof Fields fields ? fields : wrong(name, "an object");
        }

        List<Value> items(String name) throws ModelFormatException {
            return switch (require(name)) {
                case Items items -> items.values();
                case Numbers numbers when numbers.values().length == 0 -> List.of();
                case Packed packed when packed.count() == 0 -> List.of();
                default -> wrong(name, "an array");
            };
        }

        String text(String name) throws ModelFormatException {
            return require(name) instanceof Text text ? text.value() : wrong(name, "a string");
        }

        double[] numbers(String name) throws ModelFormatException {
            return switch (require(name)) {
                case Numbers numbers -> numbers.values();
                case Packed packed -> packed.values();
                default -> wrong(name, "an array of numbers");
            };
        }

        int[] integers(String name) throws ModelFormatException {
            double[] numbers = numbers(name);
            int[] integers = new int[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                integers[i] = (int) numbers[i];
                if (integers[i] != numbers[i]) {
                    throw invalid("an integer of 32 bits in '" + name + "'", Double.toString(numbers[i]));
                }
            }
            return integers;
        }

        /** A parameter of XGBoost's: an integer, written as a string. */
        int parameter(String name) throws ModelFormatException {
            String text = text(name);
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw invalid("an integer in '" + name + "'", "'" + text + "'");
            }
        }

        boolean has(String name) {
            return values.containsKey(name);
        }

        private Value require(String name) throws ModelFormatException {
            Value value = values.get(name);
            if (value == null) {
                throw invalid("the field '" + name + "'", "an object with " + values.keySet());
            }
            return value;
        }

        private static <T> T wrong(String name, String expected) throws ModelFormatException {
            throw invalid(expected + " in '" + name + "'", "a value of another type");
        }
    }
}
