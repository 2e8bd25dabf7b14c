package dev.millrace.web;

import dev.millrace.web.security.Refusal;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how long bodies are waited for: each by a deadline for the whole of it, all together by how many there may be at a time.
 * A single read waits for as long at most. Whoever is too slow is answered with 408, and the connection is closed: a body that
 * comes byte by byte would keep a thread that others need.
 */
final class BodyDeadline extends ValveBase {

    /** Bytes: nothing, and the end of the line. */
    private static final int END_OF_TRAILERS = 2;

    /** Fewer than the threads that turn requests away where all others are taken. */
    private static final int TURNED_AWAY = 2;

    private final Duration deadline;
    private final Semaphore places;
    private final Semaphore turnedAway = new Semaphore(TURNED_AWAY);
    private final MeterRegistry meters;
    private final Refusal slow;

    /**
     * @param deadline from the moment at which a thread takes on the request
     * @param awaited bodies at a time at most
     */
    BodyDeadline(Duration deadline, int awaited, MeterRegistry meters) {
        // What is answered later is not answered when this returns.
        super(false);
        this.deadline = deadline;
        this.places = new Semaphore(awaited);
        this.meters = meters;
        this.slow = new Refusal(
                408,
                "Request Timeout",
                "slow-body",
                "Expected the whole body within %d ms; less time is given while %d others are waited for"
                        .formatted(deadline.toMillis(), awaited),
                null,
                null);
    }

    /**
     * Of bodies only: how long a connection may do nothing between two requests is another matter. Between the chunks of a body come
     * neither extensions nor trailers, which nobody reads: their bytes would be waited for one by one, without a look at the
     * deadline.
     */
    static void boundPauses(Connector connector, Duration longest) {
        if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
            http.setDisableUploadTimeout(false);
            http.setConnectionUploadTimeout(Math.toIntExact(longest.toMillis()));
            http.setMaxExtensionSize(0);
            http.setMaxTrailerSize(END_OF_TRAILERS);
        }
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        org.apache.coyote.Request coyote = request.getCoyoteRequest();
        if (coyote.isFinished()) {
            getNext().invoke(request, response);
            return;
        }
        InputBuffer unbounded = coyote.getInputBuffer();
        Body body = new Body(coyote, unbounded);
        coyote.setInputBuffer(body);
        try {
            getNext().invoke(request, response);
            if (!body.late) {
                readRest(body, coyote, response);
            }
            if (body.late) {
                refuse(coyote, response);
            }
        } finally {
            coyote.setInputBuffer(unbounded);
        }
    }

    /**
     * Reads what nobody has asked for, such as the body of a request without a key: a caller that is still sending could not read
     * its answer otherwise. Tomcat would do so itself, but for as long as a byte comes now and then.
     */
    private void readRest(Body body, org.apache.coyote.Request coyote, Response response) {
        try {
            if (!coyote.isFinished()) {
                response.finishResponse();
                if (response.getStatus() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
                    body.places = turnedAway;
                }
                Nowhere nowhere = new Nowhere();
                while (body.doRead(nowhere) >= 0) {
                    // There is more.
                }
            }
        } catch (IOException e) {
            container.getLogger().debug("The caller has its answer, and has left or sends the rest too slowly", e);
            coyote.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    /** Whatever the application has answered to a body that it could not read: Tomcat has dropped that. */
    private void refuse(org.apache.coyote.Request coyote, Response response) throws IOException {
        meters.counter("requests_refused_total", "code", slow.code()).increment();
        // Nothing more is read of it, and the connection is closed.
        coyote.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        // Nor shall Tomcat report the failed read in its own words.
        response.setErrorReported();
        if (!response.isCommitted()) {
            response.setSuspended(false);
            response.resetBuffer(true);
            slow.writeTo(response);
            response.finishResponse();
        }
    }

    /** The body of one request, which is read by its thread alone. */
    private final class Body implements InputBuffer {
        private final org.apache.coyote.Request coyote;
        private final InputBuffer unbounded;
        private final long end = System.nanoTime() + deadline.toNanos();
        private Semaphore places = BodyDeadline.this.places;
        private boolean late;

        Body(org.apache.coyote.Request coyote, InputBuffer unbounded) {
            this.coyote = coyote;
            this.unbounded = unbounded;
        }

        @Override
        public int doRead(ApplicationBufferHandler handler) throws IOException {
            if (coyote.isFinished()) {
                return unbounded.doRead(handler);
            }
            if (System.nanoTime() - end > 0) {
                throw late("the body is not complete after " + deadline.toMillis() + " ms");
            }
            // What has come already needs no waiting; of a body in chunks it may be the beginning of a chunk's header.
            return unbounded.available() > 0 && coyote.getContentLengthLong() >= 0
                    ? unbounded.doRead(handler)
                    : await(handler);
        }

        private int await(ApplicationBufferHandler handler) throws IOException {
            if (!places.tryAcquire()) {
                throw late("as many bodies are waited for already as may be");
            }
            try {
                return unbounded.doRead(handler);
            } catch (SocketTimeoutException e) {
                late = true;
                throw e;
            } finally {
                places.release();
            }
        }

        /** Of the kind that Tomcat answers with 408. */
        private SocketTimeoutException late(String why) {
            late = true;
            return new SocketTimeoutException(why);
        }

        @Override
        public int available() {
            return unbounded.available();
        }
    }

    /** Takes what is not wanted. */
    private static final class Nowhere implements ApplicationBufferHandler {
        private java.nio.@Nullable ByteBuffer taken;

        @Override
        public void setByteBuffer(java.nio.ByteBuffer buffer) {
            taken = buffer;
        }

        @Override
        public java.nio.@Nullable ByteBuffer getByteBuffer() {
            return taken;
        }

        @Override
        public void expand(int size) {
            // It keeps nothing.
        }
    }
}
