package dev.millrace.prediction;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What may happen while requests come in. */
@FunctionalInterface
interface Happening {

    void run() throws Exception;

    /** Lets it happen, and does the other again and again until it is over: once at least. */
    default void beside(Happening other) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> running = threads.submit(() -> {
                run();
                return null;
            });
            do {
                other.run();
            } while (!running.isDone());
            running.get();
        }
    }
}
