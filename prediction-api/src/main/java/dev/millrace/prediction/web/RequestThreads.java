package dev.millrace.prediction.web;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.tomcat.util.threads.TaskQueue;
import org.apache.tomcat.util.threads.TaskThreadFactory;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;

/**
 * The threads of the server's requests. Those that come when as many are there as may be get one of a few threads of their own,
 * which take on nothing new: whoever is turned away does not wait behind all who are not.
 */
public final class RequestThreads implements Executor, AutoCloseable {
    private static final int IDLE_SECONDS = 60;
    /** More than one, as some questions that are answered all the same, such as for the metrics, take a while. */
    private static final int TURNING_AWAY = 4;

    private final int most;
    private final ThreadPoolExecutor working;
    private final ExecutorService turningAway = Executors.newFixedThreadPool(TURNING_AWAY, TurningAway::new);

    /** Works for nobody new. */
    private static final class TurningAway extends Thread {
        TurningAway(Runnable work) {
            super(work, "turning-away");
            setDaemon(true);
        }
    }

    /**
     * @param protocol that the requests come in, as metrics have it
     * @param most requests that may be worked on and wait for a thread
     * @param threads that work at most
     * @param spare how many are kept when there is nothing to do
     */
    public RequestThreads(String protocol, int most, int threads, int spare, MeterRegistry meters) {
        this.most = most;
        // As Tomcat makes its own.
        TaskQueue queue = new TaskQueue();
        this.working = new ThreadPoolExecutor(
                Math.min(spare, threads),
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                queue,
                new TaskThreadFactory(protocol + '-', true, Thread.NORM_PRIORITY));
        queue.setParent(working);
        Gauge.builder("requests_waiting", this, RequestThreads::waiting)
                .description("Requests that wait for a thread")
                .tag("protocol", protocol)
                .register(meters);
    }

    @Override
    public void execute(Runnable request) {
        (working.getSubmittedCount() < most ? working : turningAway).execute(request);
    }

    /** Whether this thread is one of those that take on nothing new. */
    static boolean isTurningAway() {
        return Thread.currentThread() instanceof TurningAway;
    }

    /** How many requests have come, and have no thread yet. */
    public int waiting() {
        return working.getQueue().size();
    }

    /** Ends what was begun, what is to be done after an answer included. */
    public void end(Duration longest) throws InterruptedException {
        working.shutdown();
        turningAway.shutdown();
        if (!working.awaitTermination(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            close();
        }
    }

    @Override
    public void close() {
        working.shutdownNow();
        turningAway.shutdownNow();
    }
}
