package dev.millrace.bench.serving;

import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.up.Platform;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Set;
import java.util.function.IntFunction;

/** How soon those are turned away who are more than may be worked on. */
record Refusals(Platform platform, Requests requests, Figures figures) {
    private static final int PER_SECOND = 1_000;
    private static final int TURNED_AWAY = 503;
    /** After which a refusal would have come. */
    private static final int ANSWERED_BY_MILLIS = 1_000;

    /** The one place is held by a request whose last byte does not come. */
    void measure() throws IOException {
        try (MeasuredService service = MeasuredService.start(
                platform,
                MeasuredService.command("--millrace.concurrent-requests=1", "--millrace.body-deadline=10m"))) {
            URI url = service.url();
            IntFunction<HttpCall> calls = requests.predictions(url);
            HttpLoad load = new HttpLoad(url, Load.CONNECTIONS);
            load.closed(Load.WARM_UP, calls);
            try (Socket slow = holding(url, calls.apply(0).bytes())) {
                load.open(PER_SECOND, Load.WARM_UP, calls);
                LoadResult refused = load.open(PER_SECOND, Load.MEASURED, calls);
                if (!refused.statuses().keySet().equals(Set.of(TURNED_AWAY))) {
                    throw new IllegalStateException("Expected all to be turned away, found " + refused.statuses());
                }
                figures.add(Figure.plain("refused_p50_ms", refused.millis(50), "ms"));
                figures.add(Figure.atMost("refused_p99_ms", refused.millis(99), "ms", 5));
            }
        }
    }

    /** A request that is worked on. It may be turned away itself, while one before it has not left yet. */
    private static Socket holding(URI url, byte[] request) throws IOException {
        while (true) {
            Socket socket = new Socket(url.getHost(), url.getPort());
            socket.setSoTimeout(ANSWERED_BY_MILLIS);
            socket.getOutputStream().write(request, 0, request.length - 1);
            try {
                var unused = socket.getInputStream().read();
                socket.close();
            } catch (SocketTimeoutException e) {
                // Nobody answers it: it is waited for.
                return socket;
            }
        }
    }
}
