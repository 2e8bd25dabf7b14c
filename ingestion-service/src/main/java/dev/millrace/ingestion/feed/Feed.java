package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.InvalidUseCaseException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The feed's command line: {@code history}, {@code traffic} and {@code replay}. */
@Command(
        name = "feed",
        description = "Sends events and labels to ingestion.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "MILLRACE_INGESTION_URL   where ingestion listens (default: http://127.0.0.1:8001)",
            "MILLRACE_API_KEY         a key of the role operator, when ingestion asks for keys",
            "MILLRACE_USE_CASES       the folder of use cases (default: use-cases)",
            "MILLRACE_USE_CASE        which one",
            "MILLRACE_FEED_STATE      a folder that keeps labels until they are due (default: they are not kept)"
        })
public final class Feed implements Runnable {
    /** What a request of live traffic in flight may take to end. */
    private static final Duration LAST_REQUEST = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Feed() {}

    public static void main(String[] arguments) {
        Stop stop = new Stop();
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, done), "feed-stop"));
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code;
        try {
            code = run(new Context(System.getenv(), Clock.systemUTC(), stop, out), err, arguments);
        } finally {
            done.countDown();
        }
        // While stopping, the JVM exits with the signal's code by itself.
        if (!stop.isRequested()) {
            System.exit(code);
        }
    }

    private static void end(Stop stop, CountDownLatch done) {
        stop.request();
        try {
            if (!done.await(LAST_REQUEST.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("feed: stopped with a request in flight");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs one command line; its exit code. */
    static int run(Context context, PrintWriter err, String... arguments) {
        return new CommandLine(new Feed())
                .addSubcommand(new HistoryCommand(context))
                .addSubcommand(new LiveCommand(context))
                .addSubcommand(new FileCommand(context))
                .setOut(context.out())
                .setErr(err)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (e instanceof FeedException
                            || e instanceof InvalidUseCaseException
                            || e instanceof IllegalArgumentException) {
                        err.println("feed: " + e.getMessage());
                        err.flush();
                        return 1;
                    }
                    throw e;
                })
                .execute(arguments);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Expected history, traffic or replay");
    }
}
