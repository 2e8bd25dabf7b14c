package dev.millrace.prediction;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A wire to a server on this machine, which can be slow, cut replies in their middle, or lead to another server. */
public final class FaultyWire implements AutoCloseable {

    private final ServerSocket front;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile URI server;
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean cutting;

    public FaultyWire(URI server) throws IOException {
        this.server = server;
        this.front = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public URI url() {
        return URI.create(server.getScheme() + "://127.0.0.1:" + front.getLocalPort());
    }

    /** Of every piece of a reply. */
    public void delay(Duration longer) {
        this.delay = longer;
    }

    /** From now on every reply ends after a few bytes, and its connection with it; or no more so. */
    public void cut(boolean replies) {
        this.cutting = replies;
    }

    /** Where new connections lead; open ones stay. */
    public void leadTo(URI other) {
        this.server = other;
    }

    private void accept() {
        while (!front.isClosed()) {
            try {
                connect(front.accept());
            } catch (IOException e) {
                // The wire is closed: whoever calls finds out.
            }
        }
    }

    private void connect(Socket caller) throws IOException {
        URI to = server;
        try {
            Socket callee = new Socket(to.getHost(), to.getPort());
            caller.setTcpNoDelay(true);
            callee.setTcpNoDelay(true);
            open.add(caller);
            open.add(callee);
            Thread.ofVirtual().start(() -> copy(caller, callee, false));
            Thread.ofVirtual().start(() -> copy(callee, caller, true));
        } catch (IOException e) {
            // The server is away: whoever calls must not wait for it.
            caller.close();
        }
    }

    private void copy(Socket from, Socket to, boolean reply) {
        byte[] piece = new byte[16_384];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                if (reply && !delay.isZero()) {
                    TimeUnit.MILLISECONDS.sleep(delay.toMillis());
                }
                if (reply && cutting) {
                    out.write(piece, 0, Math.min(3, length));
                    return;
                }
                out.write(piece, 0, length);
            }
        } catch (IOException e) {
            // One side has gone: the other goes, too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() throws IOException {
        front.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
