package dev.millrace.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.training.config.Settings;
import dev.millrace.training.evaluation.BinaryEvaluation;
import dev.millrace.training.mlflow.ModelVersion;
import dev.millrace.training.mlflow.Registry;
import dev.millrace.training.xgboost.XgboostParameters;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two registered versions and their answers in a real PostgreSQL, compared. */
@Timeout(240)
class CompareCommandIT {

    private static final Instant NOW = Instant.parse("2026-03-31T12:00:00Z");
    private static final int KNOWN = 400;

    @TempDir
    private static Path useCases;

    private static LocalStack stack;
    private static Connection database;
    private static HttpServer prediction;
    private static final AtomicInteger REFRESHED = new AtomicInteger();

    private final String model = "model-" + UUID.randomUUID();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.POSTGRES);
        database = DriverManager.getConnection(
                stack.postgres().url(),
                stack.postgres().user(),
                stack.postgres().password());
        Path migrations = Path.of("../feature-stream/src/main/resources/db/migration");
        execute(Files.readString(migrations.resolve("V1__platform.sql")));
        execute(Files.readString(migrations.resolve("V2__predictions.sql")));
        execute("create table labels_all partition of labels default");
        execute("create table predictions_all partition of predictions default");
        execute("create table job (id text, at timestamptz, owner text, failed boolean, primary key (id, at))");
        prediction = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        prediction.createContext("/v1/models:refresh", exchange -> {
            REFRESHED.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        prediction.start();
    }

    @AfterAll
    static void stop() throws Exception {
        prediction.stop(0);
        database.close();
        stack.close();
    }

    private static void execute(String sql) throws Exception {
        try (Statement statement = database.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A use case with one model, and two versions of it in the registry: champion 1, challenger 2. */
    private void register(String challenge) throws Exception {
        Path folder = Files.createDirectories(useCases.resolve(model));
        for (String part : List.of("events", "features", "models")) {
            Files.createDirectories(folder.resolve(part));
        }
        Files.writeString(folder.resolve("use-case.yaml"), "use_case: " + model + "\ntitle: Jobs\n");
        Files.writeString(folder.resolve("events/job.avsc"), """
                {"type": "record", "name": "Job", "namespace": "dev.millrace.jobs",
                 "id": "id", "time": "at", "key": "owner", "label": {"field": "failed", "known_after": "1d"},
                 "fields": [{"name": "id", "type": "string"},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "owner", "type": "string"},
                  {"name": "failed", "type": ["null", "boolean"], "default": null}]}
                """);
        Files.writeString(folder.resolve("features/owner.yaml"), """
                view: owner
                entity: owner
                source: job
                features:
                  jobs: {count: all, over: [1h]}
                """);
        Files.writeString(folder.resolve("models/" + model + ".yaml"), """
                model: %s
                kind: binary
                rows: job
                label: {value: failed, known_after: 1d}
                features: [owner.*]
                promote: {better: average_precision, p: 0.05, at_least: {auc: 0.6}}
                challenge: %s
                """.formatted(model, challenge));
        Settings settings = settings();
        TrainCommand train = new TrainCommand(
                request -> TrainingSets.of(TrainingSets.spec(model, Map.of()), 600, 5),
                (run, set, split) -> {},
                settings,
                Clock.systemUTC(),
                List.of(new XgboostParameters(5, 2, 0.1, 0.8, 0.8, 1, 1, 0)));
        for (int i = 0; i < 2; i++) {
            assertThat(run(train, "train", "--use-case", "u", "--threads", "1")).isZero();
        }
        PromoteCommand promote = new PromoteCommand(settings, Clock.systemUTC());
        assertThat(run(promote, "promote", "--model", model, "--version", "1")).isZero();
        assertThat(run(promote, "promote", "--model", model, "--version", "2", "--alias", "challenger"))
                .isZero();
        assertThat(out.toString())
                .contains("version 1 of " + model + " is the champion", "version 2 of " + model + " is the challenger");
    }

    private static Settings settings() {
        return Settings.of(Map.of(
                Settings.MLFLOW,
                TestMlflow.uri().toString(),
                "MILLRACE_USE_CASES",
                useCases.toString(),
                "POSTGRES_URL",
                stack.postgres().url(),
                "POSTGRES_USER",
                stack.postgres().user(),
                "POSTGRES_PASSWORD",
                stack.postgres().password(),
                "MILLRACE_PREDICTION_URL",
                "http://127.0.0.1:" + prediction.getAddress().getPort()));
    }

    private int run(Object command, String... arguments) {
        return TrainingJob.commandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private int compare(String... more) {
        List<String> arguments = new ArrayList<>(List.of("compare", "--use-case", model));
        arguments.addAll(List.of(more));
        return run(new CompareCommand(settings(), Clock.fixed(NOW, ZoneOffset.UTC)), arguments.toArray(String[]::new));
    }

    private Optional<String> version(Alias alias) {
        return new Registry(TestMlflow.uri(), Duration.ofSeconds(20))
                .byAlias(model, alias.toString())
                .map(ModelVersion::version);
    }

    private record Said(double[] champion, double[] challenger, double[] labels) {}

    /** Half of the events are the challenger's to answer; every sixth truth is not known yet. */
    private Said answers(double championNoise, double challengerNoise) throws Exception {
        Random random = new Random(8);
        double[] champion = new double[KNOWN];
        double[] challenger = new double[KNOWN];
        double[] labels = new double[KNOWN];
        for (int i = 0, known = 0; known < KNOWN; i++) {
            boolean positive = random.nextInt(4) == 0;
            double a = (positive ? 1 : 0) + championNoise * random.nextGaussian();
            double b = (positive ? 1 : 0) + challengerNoise * random.nextGaussian();
            boolean open = i % 6 == 5;
            Instant at = open
                    ? NOW.minusSeconds(60L + i)
                    : NOW.minus(Duration.ofDays(2)).minusSeconds(i);
            String id = model + "-" + i;
            boolean labelled = i % 3 == 0;
            insert("insert into job values (?, ?, 'ann', ?)", id, time(at), labelled || !positive ? null : true);
            if (labelled) {
                insert(
                        "insert into labels values ('job', ?, ?, 'ann', '{}', ?, now(), 3, 't', 0, 1, now(), 0)",
                        id,
                        time(at),
                        positive ? 1.0 : 0.0);
            }
            insert(id, at, i % 2 == 0 ? "v1" : "v2", i % 2 == 0 ? a : b, i % 2 == 0 ? "v2" : "v1", i % 2 == 0 ? b : a);
            if (!open) {
                champion[known] = a;
                challenger[known] = b;
                labels[known++] = positive ? 1 : 0;
            }
        }
        return new Said(champion, challenger, labels);
    }

    private void insert(String id, Instant at, String version, double score, String other, double otherScore)
            throws Exception {
        insert(
                """
                insert into predictions (request_id, event_id, model, model_version, alias, score, decision, vector,
                  definitions_digest, model_digest, event_key, asked_for, answered_at, complete, reasons, replaced,
                  entities, offsets, others, topic_id, kafka_partition, kafka_offset)
                values ('r', ?, ?, ?, 'champion', ?, ?, '{}', '', '', 'ann', ?, ?, true, '[]', '[]', '{}', '{}',
                  ?::jsonb, 't', 0, (select count(*) from predictions))
                """,
                id,
                model,
                version,
                score,
                score >= 0.5,
                time(at),
                time(at),
                "[{\"alias\": \"x\", \"model_version\": \"v9\", \"score\": \"NaN\", \"decision\": true}, {\"alias\": \"y\","
                        + " \"model_version\": \"%s\", \"score\": %s, \"decision\": %s}]"
                                .formatted(other, otherScore, otherScore >= 0.5));
    }

    private static void insert(String sql, Object... values) throws Exception {
        try (PreparedStatement insert = database.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        }
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    @Test
    void aBetterChallengerIsProposedAndPromotedWhenAsked(@TempDir Path folder) throws Exception {
        register("{labelled: 400}");
        Said said = answers(1.5, 0.6);
        Path json = folder.resolve("figures.json");
        assertThat(compare("--json", json.toString())).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "of 479 events both versions said something, of 400 the truth is known",
                        "better: version 2 of " + model + " is proposed as the champion");
        JsonNode figures = new ObjectMapper().readTree(json.toFile());
        BinaryEvaluation champion = BinaryEvaluation.of(said.champion(), said.labels());
        BinaryEvaluation challenger = BinaryEvaluation.of(said.challenger(), said.labels());
        assertThat(figures.at("/champion/auc").doubleValue()).isCloseTo(champion.auc(), within(1e-12));
        assertThat(figures.at("/champion/recall").doubleValue())
                .isCloseTo(champion.at(0.5).recall(), within(1e-12));
        assertThat(figures.at("/challenger/average_precision").doubleValue())
                .isCloseTo(challenger.averagePrecision(), within(1e-12));
        assertThat(figures.at("/challenger/precision").doubleValue())
                .isCloseTo(challenger.at(0.5).precision(), within(1e-12));
        assertThat(figures.path("agreement").doubleValue()).isBetween(0.5, 0.99);
        assertThat(figures.path("p").doubleValue()).isLessThan(0.05);
        assertThat(figures.path("verdict").textValue()).isEqualTo("proposed");
        assertThat(version(Alias.CHAMPION)).contains("1");
        int before = REFRESHED.get();
        assertThat(compare("--promote")).isZero();
        assertThat(out.toString())
                .contains("better: version 2 of " + model + " is the champion now, in the place of version 1")
                .contains("prediction-api has looked at the registry");
        assertThat(REFRESHED.get()).isEqualTo(before + 1);
        assertThat(version(Alias.CHAMPION)).contains("2");
        assertThat(version(Alias.CHALLENGER)).isEmpty();
        assertThat(compare()).isEqualTo(3);
        assertThat(err.toString()).contains("promotion-gate: " + model + " has no challenger to compare");
    }

    @Test
    void theRuleMayPromoteByItself() throws Exception {
        register("{labelled: 400, then: promote}");
        answers(1.5, 0.6);
        assertThat(compare("--model", model)).as(err.toString()).isZero();
        assertThat(version(Alias.CHAMPION)).contains("2");
    }

    @Test
    void aChallengerThatIsNotBetterOrTooLittleKnownStaysOne() throws Exception {
        register("{labelled: 400}");
        answers(0.6, 0.6);
        assertThat(compare("--promote")).isEqualTo(3);
        assertThat(err.toString())
                .contains("promotion-gate: the champion stays; expected average_precision better than that of the"
                        + " champion v1 with p of at most 0.05: 0.");
        assertThat(compare("--window", "36h")).isEqualTo(3);
        assertThat(err.toString()).contains("promotion-gate: not enough labelled answers: 0 of 400");
        assertThat(version(Alias.CHAMPION)).contains("1");
        assertThat(version(Alias.CHALLENGER)).contains("2");
    }
}
