package dev.millrace.local.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One connection with at most one request on its way. Knows as much of HTTP/1.1 as answers of a length or in chunks need. */
final class HttpConnection {
    private final @Nullable SocketChannel channel;
    private ByteBuffer in = ByteBuffer.allocate(4_096);
    private int number;
    private long due;

    private HttpConnection(@Nullable SocketChannel channel) {
        this.channel = channel;
    }

    static HttpConnection to(URI server, Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        HttpConnection connection = new HttpConnection(channel);
        channel.register(selector, SelectionKey.OP_READ, connection);
        return connection;
    }

    /** Stands for one that could not be opened: it breaks when it is used. */
    static HttpConnection dead() {
        return new HttpConnection(null);
    }

    /** What has come of an answer. */
    sealed interface Received {
        record Part() implements Received {}

        /** @param closes whether the server ends the connection with it */
        record Whole(int status, byte[] body, boolean closes) implements Received {}

        record Broken() implements Received {}
    }

    int number() {
        return number;
    }

    /** When the request on its way was due, by {@link System#nanoTime}. */
    long due() {
        return due;
    }

    /** False when the connection is broken. */
    boolean send(HttpCall call, int number, long due) {
        this.number = number;
        this.due = due;
        in.clear();
        if (channel == null) {
            return false;
        }
        try {
            ByteBuffer out = ByteBuffer.wrap(call.bytes());
            while (out.hasRemaining()) {
                // A request fits into the socket's room, or nearly so.
                if (channel.write(out) == 0) {
                    Thread.onSpinWait();
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    Received receive() {
        if (channel == null) {
            return new Received.Broken();
        }
        try {
            if (!in.hasRemaining()) {
                in = ByteBuffer.allocate(2 * in.capacity()).put(in.flip());
            }
            if (channel.read(in) < 0) {
                return new Received.Broken();
            }
        } catch (IOException e) {
            return new Received.Broken();
        }
        return parse();
    }

    private Received parse() {
        byte[] bytes = in.array();
        int end = endOfHead(bytes, in.position());
        if (end < 0) {
            return new Received.Part();
        }
        String head = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        int status = Integer.parseInt(head.substring(9, 12));
        boolean closes = header(head, "connection").equalsIgnoreCase("close");
        String length = header(head, "content-length");
        if (!length.isEmpty()) {
            int whole = end + Integer.parseInt(length);
            return in.position() < whole
                    ? new Received.Part()
                    : new Received.Whole(status, Arrays.copyOfRange(bytes, end, whole), closes);
        }
        if (header(head, "transfer-encoding").equalsIgnoreCase("chunked")) {
            // The last chunk is empty, and its line is followed by an empty one.
            byte[] rest = Arrays.copyOfRange(bytes, end, in.position());
            boolean over = new String(rest, StandardCharsets.ISO_8859_1).endsWith("0\r\n\r\n");
            return over ? new Received.Whole(status, rest, closes) : new Received.Part();
        }
        return new Received.Whole(status, new byte[0], closes);
    }

    private static int endOfHead(byte[] bytes, int length) {
        for (int i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /** Empty when it is not there. */
    private static String header(String head, String name) {
        int at = 0;
        while ((at = head.indexOf("\r\n", at)) >= 0 && at + 2 < head.length()) {
            at += 2;
            if (head.regionMatches(true, at, name, 0, name.length()) && head.charAt(at + name.length()) == ':') {
                return head.substring(at + name.length() + 1, head.indexOf("\r\n", at))
                        .strip();
            }
        }
        return "";
    }

    void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
