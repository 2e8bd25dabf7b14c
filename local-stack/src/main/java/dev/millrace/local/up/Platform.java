package dev.millrace.local.up;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.Secrets;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.ProcessSpec.StopSignal;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.process.StartupCache;
import dev.millrace.local.server.KafkaServer;
import dev.millrace.local.server.LocalServer;
import dev.millrace.local.server.MlflowServer;
import dev.millrace.local.server.PostgresServer;
import dev.millrace.local.server.RedisServer;
import dev.millrace.local.server.S3Server;
import dev.millrace.local.server.Server;
import dev.millrace.local.server.ServerPlace;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The whole platform on this machine: its servers, services and jobs, and the steps that bring it up. */
public record Platform(Folders folders, Ports ports, Secrets secrets, String useCase) {
    public static final String INGESTION = "ingestion-service";
    public static final String STREAM = "feature-stream";
    public static final String PREDICTION = "prediction-api";
    public static final String FEED = "dev.millrace.ingestion.feed.Feed";
    public static final String TRAINING = "dev.millrace.training.TrainingJob";

    private static final String TRAINING_MODULE = "training-job";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration FOLDING = Duration.ofMinutes(10);
    private static final int DAYS = 75;
    private static final int EVENTS_PER_DAY = 1_000;

    /** One of our services: its heap is what it needs with the whole platform under 5 GiB. */
    private record Service(String module, String mainClass, List<String> heap) {}

    private static final Service INGESTION_SERVICE = new Service(
            INGESTION,
            "dev.millrace.ingestion.IngestionService",
            List.of("-Xmx256m", "-XX:+UseSerialGC", JavaCommand.PLAIN_MACHINE_CODE));
    private static final Service STREAM_SERVICE =
            new Service(STREAM, "dev.millrace.stream.FeatureStream", List.of("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC"));
    private static final Service PREDICTION_SERVICE = new Service(
            PREDICTION, "dev.millrace.prediction.PredictionApi", List.of("-Xms256m", "-Xmx384m", "-XX:+UseSerialGC"));

    private static final List<String> YIELDING = List.of("nice", "-n", "10");

    /** Where Linux shares the processor out among sessions first, a process's own niceness counts for nothing. */
    private static final List<String> YIELDING_SESSION =
            List.of("sh", "-c", "{ echo 10 > /proc/self/autogroup; } 2> /dev/null; exec nice -n 10 \"$0\" \"$@\"");

    /** The platform of the data folder, with the passwords kept there. */
    public static Platform of(Folders folders, Ports ports, String useCase) {
        return new Platform(folders, ports, Secrets.in(folders.data().resolve("secrets.properties")), useCase);
    }

    public List<LocalServer> servers() {
        return List.of(
                new KafkaServer(place(Server.KAFKA), ports.of(Ports.KAFKA_CONTROLLER)),
                new PostgresServer(place(Server.POSTGRES), secrets.postgresPassword()),
                new RedisServer(place(Server.REDIS)),
                new S3Server(place(Server.S3), secrets.s3AccessKey(), secrets.s3SecretKey()),
                new MlflowServer(place(Server.MLFLOW)));
    }

    /** What every process of the platform is given. */
    public Map<String, String> environment() {
        var all = new HashMap<String, String>();
        servers().forEach(server -> all.putAll(server.connection().environment()));
        all.put("MILLRACE_USE_CASES", new Modules(folders).useCasesFolder().toString());
        all.put("MILLRACE_USE_CASE", useCase);
        all.put("S3_BUCKET_RAW", "raw");
        all.put("S3_BUCKET_PROCESSED", "processed");
        all.put("MILLRACE_TOPIC_PARTITIONS", "4");
        all.put("MILLRACE_TOPIC_REPLICATION", "1");
        // Each has a stream of its own, which would go on from another's place.
        all.put(
                "MILLRACE_CHECKPOINT",
                folders.data().resolve("checkpoint").resolve(useCase).toString());
        // Who trains waits until the lake has what came.
        all.put("MILLRACE_LAKE_TRIGGER", "10s");
        all.put("MILLRACE_MODEL_CACHE", folders.data().resolve("models").toString());
        all.put("MILLRACE_FEED_STATE", folders.data().resolve("feed").toString());
        all.put("MILLRACE_INGESTION_URL", url(INGESTION));
        all.put("MILLRACE_PREDICTION_URL", url(PREDICTION));
        // Everything shares these processors: a read may have to wait for one.
        all.put("MILLRACE_FEATURES_DEADLINE", "50ms");
        all.put("SERVER_ADDRESS", "127.0.0.1");
        return Map.copyOf(all);
    }

    public String url(String service) {
        return "http://127.0.0.1:" + ports.of(service);
    }

    /** The way up. What its marker says was done before is not done again. A use case that makes no events has nothing to train on. */
    public List<Step> steps(List<String> models, Traffic traffic) {
        var steps = new ArrayList<>(serving());
        if (!makesEvents()) {
            return steps;
        }
        steps.add(Step.of(
                "Loading %d days of history, %,d events a day".formatted(DAYS, EVENTS_PER_DAY),
                new Work.Once(
                        "history",
                        folders.data().resolve("done/history-" + useCase),
                        () -> feed("history", "--days", "" + DAYS, "--per-day", "" + EVENTS_PER_DAY))));
        steps.add(Step.of(
                "Waiting until the stream has folded it",
                new Work.Until("the stream has read everything", new StreamIdle(url(STREAM) + "/metrics"), FOLDING)));
        steps.add(new Step(
                "Training and promoting: " + String.join(", ", models),
                models.stream().map(this::trained).toList()));
        steps.add(Step.of(
                "Waiting until the prediction API serves it",
                new Work.Until(
                        "the prediction API is ready",
                        () -> Network.status(url(PREDICTION) + "/health/readiness") == 200,
                        PATIENCE)));
        if (traffic == Traffic.LIVE) {
            steps.add(Step.of(
                    "Starting live traffic",
                    new Work.Start("traffic", 0, () -> feed("traffic"), () -> true, PATIENCE)));
        }
        return steps;
    }

    /** Whether the use case has a generator, whose settings its folder then holds. */
    public boolean makesEvents() {
        return Files.exists(new Modules(folders).useCase(useCase).resolve("generator.yaml"));
    }

    /** The part of the way up that has every server and service running, with no data. */
    public List<Step> serving() {
        var steps = new ArrayList<Step>();
        steps.add(new Step(
                "Starting the servers: Kafka, PostgreSQL, Redis, S3",
                servers().stream()
                        .filter(server -> server.kind() != Server.MLFLOW)
                        .map(Platform::start)
                        .toList()));
        // Nothing needs MLflow to start, and it takes longest.
        steps.add(new Step(
                "Starting MLflow, the ingestion service, the feature stream and the prediction API",
                Stream.concat(
                                servers().stream()
                                        .filter(server -> server.kind() == Server.MLFLOW)
                                        .map(Platform::start),
                                Stream.of(INGESTION_SERVICE, STREAM_SERVICE, PREDICTION_SERVICE)
                                        .map(this::start))
                        .toList()));
        return List.copyOf(steps);
    }

    /** Whether events keep coming once everything is up. */
    public enum Traffic {
        LIVE,
        NONE
    }

    /** The feed with these arguments. */
    public ProcessSpec feed(String... arguments) {
        return process(
                arguments[0],
                command(INGESTION, FEED, List.of("-Xmx640m", JavaCommand.PLAIN_MACHINE_CODE), List.of(arguments)));
    }

    /**
     * A program of which each run starts faster than the first.
     *
     * @param cache to be made when the process is over
     */
    public record Job(ProcessSpec process, StartupCache cache) {}

    /** The training job with these arguments. */
    public Job training(String name, List<String> arguments) {
        return job(name, TRAINING_MODULE, TRAINING, List.of("-Xmx900m"), arguments);
    }

    /** The training job with these arguments, which do too little to be worth a cache. The first is the subcommand. */
    public ProcessSpec shortJob(List<String> arguments) {
        return process(arguments.getFirst(), command(TRAINING_MODULE, TRAINING, List.of("-Xmx900m"), arguments));
    }

    /** The feature stream's program with this command, beside the one that runs. */
    public Job stream(String command) {
        return job(command, STREAM, STREAM_SERVICE.mainClass(), List.of("-Xmx900m"), List.of(command));
    }

    private Work trained(String model) {
        return new Work.Once(
                "train " + model,
                folders.data().resolve("done/model-" + useCase + "-" + model),
                () -> process(
                        "train-" + model,
                        command(
                                TRAINING_MODULE,
                                TRAINING,
                                List.of("-Xmx900m", JavaCommand.PLAIN_MACHINE_CODE),
                                List.of("train", "--use-case", useCase, "--model", model, "--promote"))));
    }

    private Job job(String name, String module, String mainClass, List<String> own, List<String> arguments) {
        var cache = new StartupCache(folders.startup(), name, command(module, mainClass, own, arguments));
        return new Job(process(name, cache.warmed()), cache);
    }

    private JavaCommand command(String module, String mainClass, List<String> own, List<String> arguments) {
        return new JavaCommand(
                new Modules(folders).jarsWithUseCases(module),
                mainClass,
                flags(Stream.concat(own.stream(), Stream.of("-XX:+UseSerialGC")).toList()),
                arguments);
    }

    private ProcessSpec process(String name, JavaCommand command) {
        return ProcessSpec.of(name, command.line(), environment(), folders.log(name));
    }

    private static Work start(LocalServer server) {
        return new Work.Start(
                server.kind().id(),
                port(server),
                () -> {
                    server.prepare();
                    return server.process();
                },
                server::isReady,
                server.patience());
    }

    private static int port(LocalServer server) {
        return switch (server) {
            case KafkaServer kafka -> kafka.place().port();
            case PostgresServer postgres -> postgres.place().port();
            case RedisServer redis -> redis.place().port();
            case S3Server s3 -> s3.place().port();
            case MlflowServer mlflow -> mlflow.place().port();
        };
    }

    private Work start(Service service) {
        return new Work.Start(
                service.module(),
                ports.of(service.module()),
                () -> process(service),
                () -> Network.status(url(service.module()) + "/health/liveness") == 200,
                PATIENCE);
    }

    private ProcessSpec process(Service service) {
        var environment = new HashMap<>(environment());
        environment.put("SERVER_PORT", Integer.toString(ports.of(service.module())));
        if (service.equals(INGESTION_SERVICE) || service.equals(PREDICTION_SERVICE)) {
            environment.put("MILLRACE_MASKING_KEY", secrets.maskingKey());
        }
        var command = new JavaCommand(
                new Modules(folders).classPathWithUseCases(service.module()),
                service.mainClass(),
                flags(service.heap()),
                List.of());
        ProcessSpec spec = ProcessSpec.of(service.module(), command.line(), environment, folders.log(service.module()))
                .stoppedBy(StopSignal.TERM, Duration.ofSeconds(30));
        if (!service.equals(STREAM_SERVICE)) {
            return spec;
        }
        // On one machine folding and storing yield the processor to whoever waits for an answer.
        return spec.wrappedBy(Spawner.canTieToParent() ? YIELDING_SESSION : YIELDING);
    }

    private static List<String> flags(List<String> own) {
        return Stream.concat(own.stream(), JavaCommand.platformFlags().stream()).toList();
    }

    private ServerPlace place(Server server) {
        return new ServerPlace(server, folders, ports.of(server.id()));
    }
}
