package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.malformed;
import static dev.millrace.forest.ModelFormatException.unsupported;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads Universal Binary JSON (big-endian, <a href="https://ubjson.org">ubjson.org</a>) as XGBoost writes it: objects without
 * a count, arrays with one. Counts are held against the bytes that are left, numbers of an array that names their type stay where they
 * are, and everything else is counted by {@link Room}.
 */
final class UbjReader {

    /** The longest is a list with a base score for each output. */
    static final int MAX_TEXT = 4 << 20;

    private final ByteBuffer in;
    private final Room room;

    /** All trees have the same ones. */
    private final Map<String, String> names = new HashMap<>();

    private UbjReader(ByteBuffer in, Room room) {
        this.in = in;
        this.room = room;
    }

    static Value read(byte[] bytes, Room room) throws ModelFormatException {
        UbjReader reader = new UbjReader(ByteBuffer.wrap(bytes), room);
        try {
            Value value = reader.value(reader.in.get(), 0);
            if (reader.in.hasRemaining()) {
                throw malformed("the end of the file", reader.in.remaining() + " more bytes");
            }
            return value;
        } catch (BufferUnderflowException e) {
            throw malformed("a complete UBJ file", "an end after " + bytes.length + " bytes, inside a value");
        }
    }

    private Value value(byte type, int depth) throws ModelFormatException {
        ValueBuilder.checkDepth(depth);
        return switch (type) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case 'S' -> new Value.Text(text());
            case 'Z' -> new Value.Nothing();
            case 'T' -> new Value.Num(1);
            case 'F' -> new Value.Num(0);
            default -> new Value.Num(number(type));
        };
    }

    private Value object(int depth) throws ModelFormatException {
        if (peek() == '}') {
            in.get();
            return Value.Fields.NONE;
        }
        room.take(Room.CONTAINER);
        Map<String, Value> fields = new LinkedHashMap<>();
        while (peek() != '}') {
            room.take(Room.FIELD);
            String name = name();
            if (fields.put(name, value(in.get(), depth + 1)) != null) {
                throw malformed("each field once", "'" + name + "' twice");
            }
        }
        in.get();
        return new Value.Fields(fields);
    }

    private Value array(int depth) throws ModelFormatException {
        if (peek() == '$') {
            in.get();
            byte type = in.get();
            return typedArray(type);
        }
        ValueBuilder values = new ValueBuilder(room);
        if (peek() == '#') {
            int count = count(1);
            ValueBuilder.checkElements(count);
            for (int left = count; left > 0; left--) {
                values.add(value(in.get(), depth + 1));
            }
        } else {
            while (peek() != ']') {
                values.add(value(in.get(), depth + 1));
            }
            in.get();
        }
        return values.build();
    }

    private Value typedArray(byte type) throws ModelFormatException {
        int width = width(type);
        int count = count(width);
        ValueBuilder.checkElements(count);
        room.take(Room.FIELD);
        Value values = new Value.Packed(in, in.position(), count, type);
        in.position(in.position() + count * width);
        return values;
    }

    private int count(int width) throws ModelFormatException {
        byte mark = in.get();
        if (mark != '#') {
            throw malformed("the mark '#' of a count", "byte " + mark);
        }
        return length(width);
    }

    private int length(int width) throws ModelFormatException {
        byte type = in.get();
        double length = number(type);
        if (!(length >= 0) || length * width > in.remaining() || type == 'd' || type == 'D') {
            throw malformed("a count of values of " + width + " bytes in " + in.remaining() + " bytes", "" + length);
        }
        return (int) length;
    }

    private String name() throws ModelFormatException {
        String name = characters();
        String known = names.get(name);
        if (known == null) {
            room.take(2L * Room.TEXT + 2L * name.length());
            names.put(name, name);
            return name;
        }
        return known;
    }

    private String text() throws ModelFormatException {
        String text = characters();
        room.take(Room.TEXT + 2L * text.length());
        return text;
    }

    private String characters() throws ModelFormatException {
        int length = length(1);
        if (length > MAX_TEXT) {
            throw unsupported("texts of at most " + MAX_TEXT + " bytes", "one of " + length);
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private double number(byte type) throws ModelFormatException {
        return number(in, type);
    }

    static double number(ByteBuffer in, byte type) throws ModelFormatException {
        return switch (type) {
            case 'i' -> in.get();
            case 'U' -> Byte.toUnsignedInt(in.get());
            case 'I' -> in.getShort();
            case 'l' -> in.getInt();
            case 'L' -> in.getLong();
            case 'd' -> in.getFloat();
            case 'D' -> in.getDouble();
            default -> throw unknown(type);
        };
    }

    private static int width(byte type) throws ModelFormatException {
        return switch (type) {
            case 'i', 'U' -> 1;
            case 'I' -> 2;
            case 'l', 'd' -> 4;
            case 'L', 'D' -> 8;
            default -> throw unknown(type);
        };
    }

    private byte peek() {
        byte next = in.get();
        in.position(in.position() - 1);
        return next;
    }

    private static ModelFormatException unknown(byte type) {
        return malformed("a UBJ type mark", "byte " + Byte.toUnsignedInt(type));
    }
}
