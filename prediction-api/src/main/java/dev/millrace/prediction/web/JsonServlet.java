package dev.millrace.prediction.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Takes JSON and answers JSON, beside the framework: on its way through that, a request costs more than all else of it. */
public abstract class JsonServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** Bytes of a body at most. */
    public static final int LARGEST_BODY = 1 << 20;

    /** Levels of a body at most: deeper than any request, and shallow enough for every stack. */
    public static final int DEEPEST = 32;

    private final transient Admission admission;
    private final transient LargeBodies large;
    private final Json.Errors words;

    /** @param words in which callers are told what is wrong */
    protected JsonServlet(Admission admission, LargeBodies large, Json.Errors words) {
        this.admission = admission;
        this.large = large;
        this.words = words;
    }

    /**
     * Answers one request: a POST, as the filter of access lets nothing else through.
     *
     * @throws RequestException when it cannot be answered as it is
     */
    protected abstract void answer(HttpServletRequest request, byte[] body, HttpServletResponse response)
            throws IOException, RequestException;

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!admission.enter()) {
            refuse(response, admission.full());
            return;
        }
        try {
            answer(request, response);
        } catch (RequestException e) {
            Json.write(response, e, words);
        } finally {
            admission.leave();
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException, RequestException {
        long length = request.getContentLengthLong();
        if (!large.enter(length)) {
            refuse(response, large.full());
            return;
        }
        try {
            byte[] body = body(request);
            if (!large.begin(body.length)) {
                refuse(response, large.full());
                return;
            }
            try {
                answer(request, body, response);
            } finally {
                large.end(body.length);
            }
        } finally {
            large.leave(length);
        }
    }

    /** Nothing can answer now. */
    protected final void refuse(HttpServletResponse response, Unavailable why) throws IOException {
        Json.write(response, why, words);
    }

    private static byte[] body(HttpServletRequest request) throws IOException, RequestException {
        long length = request.getContentLengthLong();
        if (length > LARGEST_BODY) {
            throw RequestException.tooLarge(LARGEST_BODY);
        }
        InputStream in = request.getInputStream();
        byte[] body = in.readNBytes(length < 0 ? LARGEST_BODY + 1 : (int) length);
        if (body.length > LARGEST_BODY) {
            throw RequestException.tooLarge(LARGEST_BODY);
        }
        if (body.length < length) {
            throw new EOFException("The caller left after " + body.length + " of " + length + " bytes");
        }
        return body;
    }
}
