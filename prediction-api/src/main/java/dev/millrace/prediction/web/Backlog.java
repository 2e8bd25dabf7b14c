package dev.millrace.prediction.web;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** How many requests the server has taken and found no thread for yet; of the port of the service, not of the one for management. */
public final class Backlog implements IntSupplier, ApplicationListener<ServletWebServerInitializedEvent> {
    private volatile @Nullable ThreadPoolExecutor threads;

    public Backlog(MeterRegistry meters) {
        Gauge.builder("requests_waiting", this, IntSupplier::getAsInt)
                .description("Requests that wait for a thread")
                .register(meters);
    }

    @Override
    public void onApplicationEvent(ServletWebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null
                && event.getWebServer() instanceof TomcatWebServer server) {
            Executor executor =
                    server.getTomcat().getConnector().getProtocolHandler().getExecutor();
            if (!(executor instanceof ThreadPoolExecutor pool)) {
                throw new IllegalStateException("Expected Tomcat's own pool of threads, found " + executor);
            }
            threads = pool;
        }
    }

    @Override
    public int getAsInt() {
        ThreadPoolExecutor pool = threads;
        return pool == null ? 0 : pool.getQueue().size();
    }
}
