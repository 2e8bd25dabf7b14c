package dev.millrace.prediction.grpc;

import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.prediction.web.RequestThreads;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Listens for gRPC from when the models are loaded until the service stops; then it ends what it has begun. */
public final class GrpcServer implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

    /** No call takes that long. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Of one caller at a time: each may hold a message in memory. */
    private static final int CALLS_PER_CONNECTION = 100;
    /** Minutes, give or take a tenth; then callers connect anew, to other replicas too. What is on its way is answered. */
    private static final int CONNECTION_AGE = 5;

    /** Of calls that are worked on, as of requests over HTTP; others wait. */
    private static final int THREADS = 200;

    private static final int SPARE_THREADS = 10;

    private final InetSocketAddress address;
    private final ServerCredentials credentials;
    private final ServerServiceDefinition service;
    private final GrpcAccess access;
    private final int most;
    private final MeterRegistry meters;
    private @Nullable Server server;
    private @Nullable RequestThreads threads;

    /**
     * @param most calls that may be worked on and wait for a thread: more are turned away
     * @throws IllegalStateException when a method of the service has no rule
     */
    public GrpcServer(
            InetSocketAddress address,
            ServerCredentials credentials,
            BindableService service,
            GrpcAccess access,
            int most,
            MeterRegistry meters) {
        this.address = address;
        this.credentials = credentials;
        this.service = service.bindService();
        this.access = access;
        this.most = most;
        this.meters = meters;
        access.requireRules(this.service);
    }

    @Override
    public synchronized void start() {
        RequestThreads pool = new RequestThreads("grpc", most, THREADS, SPARE_THREADS, meters);
        threads = pool;
        Server fresh = NettyServerBuilder.forAddress(address, credentials)
                .executor(pool)
                .addService(service)
                .intercept(access)
                .maxInboundMessageSize(JsonServlet.LARGEST_BODY)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .maxConnectionAge(CONNECTION_AGE, TimeUnit.MINUTES)
                .maxConnectionAgeGrace(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .build();
        try {
            server = fresh.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen for gRPC on " + address + " (MILLRACE_GRPC_PORT)", e);
        }
        LOG.info("listening for gRPC on {}:{}", address.getHostString(), fresh.getPort());
    }

    /** The port that it listens on. */
    public synchronized int port() {
        if (server == null) {
            throw new IllegalStateException("it does not listen");
        }
        return server.getPort();
    }

    @Override
    public synchronized void stop() {
        if (server == null || threads == null) {
            return;
        }
        try {
            if (!server.shutdown().awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
            // A call has ended with its answer; what is kept of it comes after.
            threads.end(PATIENCE);
        } catch (InterruptedException e) {
            server.shutdownNow();
            threads.close();
            Thread.currentThread().interrupt();
        }
        server = null;
        threads = null;
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }

    /** Starts after models are loaded and warm, and stops before them. */
    @Override
    public int getPhase() {
        return 2;
    }
}
