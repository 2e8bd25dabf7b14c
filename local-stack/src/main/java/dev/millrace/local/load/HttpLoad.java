package dev.millrace.local.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Asks a server on this machine over many connections, from one thread that costs little beside it. In an open loop requests are due
 * at a fixed rate, whether or not earlier ones were answered, and each is measured from the moment at which it was due: a server
 * that stalls cannot slow down who asks it. In a closed loop each connection asks again as soon as it is answered.
 *
 * @param server host and port; the host is this machine
 * @param connections that are open at a time; one that breaks is replaced, and what it waited for counts as broken
 */
public record HttpLoad(URI server, int connections) {

    private static final long PAUSE_NANOS = 50_000;

    /** Of an answer; what comes later counts as broken. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    public HttpLoad {
        if (!new InetSocketAddress(server.getHost(), server.getPort())
                .getAddress()
                .isLoopbackAddress()) {
            throw new IllegalArgumentException("Load goes to this machine only; found " + server);
        }
        if (connections < 1) {
            throw new IllegalArgumentException("Expected at least 1 connection, found " + connections);
        }
    }

    /** Sees every answer; on the thread that asks, so it must be quick. */
    @FunctionalInterface
    public interface Answers {
        /**
         * @param number of the request
         * @param nanos since the request was due
         */
        void take(int number, int status, byte[] body, long nanos);
    }

    /** Requests at a rate, each measured from when it was due. */
    public LoadResult open(int perSecond, Duration length, IntFunction<HttpCall> calls, Answers answers)
            throws IOException {
        return new Run(calls, answers).open(perSecond, length);
    }

    /** The same, when only the figures matter. */
    public LoadResult open(int perSecond, Duration length, IntFunction<HttpCall> calls) throws IOException {
        return open(perSecond, length, calls, (number, status, body, nanos) -> {});
    }

    /** As many requests as the connections get answered. */
    public LoadResult closed(Duration length, IntFunction<HttpCall> calls) throws IOException {
        return new Run(calls, (number, status, body, nanos) -> {}).closed(length);
    }

    /** One run: not to be used twice. */
    private final class Run {
        private final IntFunction<HttpCall> calls;
        private final Answers answers;
        private final List<HttpConnection> all = new ArrayList<>();
        private final Deque<HttpConnection> idle = new ArrayDeque<>();
        private final Deque<Long> due = new ArrayDeque<>();
        private final LoadResult.Tally tally = new LoadResult.Tally();
        private int sent;
        private boolean again;

        Run(IntFunction<HttpCall> calls, Answers answers) {
            this.calls = calls;
            this.answers = answers;
        }

        LoadResult open(int perSecond, Duration length) throws IOException {
            long count = perSecond * length.toMillis() / 1_000;
            double gap = 1e9 / perSecond;
            try (Selector selector = Selector.open()) {
                connect(selector);
                long start = System.nanoTime();
                long last = start + (long) (count * gap);
                long scheduled = 0;
                while (tally.ended() < count && System.nanoTime() - last < PATIENCE_NANOS) {
                    long now = System.nanoTime();
                    while (scheduled < count && start + (long) (scheduled * gap) <= now) {
                        due.add(start + (long) (scheduled * gap));
                        scheduled++;
                    }
                    if (!send(selector) && selector.selectNow() == 0) {
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                    receive(selector);
                }
                tally.unanswered(count - tally.ended());
                return tally.result(System.nanoTime() - start);
            } finally {
                close();
            }
        }

        LoadResult closed(Duration length) throws IOException {
            try (Selector selector = Selector.open()) {
                connect(selector);
                again = true;
                long start = System.nanoTime();
                long end = start + length.toNanos();
                while (again || idle.size() < all.size()) {
                    long now = System.nanoTime();
                    again = now < end;
                    if (now - end > PATIENCE_NANOS) {
                        tally.unanswered(all.size() - idle.size());
                        break;
                    }
                    while (again && due.size() < idle.size()) {
                        due.add(now);
                    }
                    send(selector);
                    selector.select(1);
                    receive(selector);
                }
                return tally.result(System.nanoTime() - start);
            } finally {
                close();
            }
        }

        private void connect(Selector selector) throws IOException {
            for (int i = 0; i < connections; i++) {
                HttpConnection connection = HttpConnection.to(server, selector);
                all.add(connection);
                idle.add(connection);
            }
        }

        private void close() throws IOException {
            for (HttpConnection connection : all) {
                connection.close();
            }
        }

        private boolean send(Selector selector) throws IOException {
            boolean any = false;
            while (!due.isEmpty() && !idle.isEmpty()) {
                HttpConnection connection = idle.pop();
                int number = sent++;
                if (!connection.send(calls.apply(number), number, due.remove())) {
                    broken(connection, selector);
                }
                any = true;
            }
            return any;
        }

        private void receive(Selector selector) throws IOException {
            for (Iterator<SelectionKey> ready = selector.selectedKeys().iterator(); ready.hasNext(); ) {
                SelectionKey key = ready.next();
                ready.remove();
                if (key.attachment() instanceof HttpConnection connection && key.isValid()) {
                    switch (connection.receive()) {
                        case HttpConnection.Received.Part part -> {
                            // More comes.
                        }
                        case HttpConnection.Received.Whole whole -> {
                            long nanos = System.nanoTime() - connection.due();
                            tally.answered(whole.status(), nanos);
                            answers.take(connection.number(), whole.status(), whole.body(), nanos);
                            if (whole.closes()) {
                                replace(connection, selector);
                            } else {
                                idle.push(connection);
                            }
                        }
                        case HttpConnection.Received.Broken broken -> broken(connection, selector);
                    }
                }
            }
        }

        /** An idle connection that the server has closed has failed nobody. */
        private void broken(HttpConnection connection, Selector selector) throws IOException {
            if (!idle.remove(connection)) {
                tally.broken();
            }
            replace(connection, selector);
        }

        private void replace(HttpConnection connection, Selector selector) throws IOException {
            connection.close();
            all.remove(connection);
            try {
                HttpConnection fresh = HttpConnection.to(server, selector);
                all.add(fresh);
                idle.add(fresh);
            } catch (IOException e) {
                // Nobody listens: the next one to send notices, and is counted.
                HttpConnection dead = HttpConnection.dead();
                all.add(dead);
                idle.add(dead);
            }
        }
    }
}
