package dev.millrace.prediction;

import dev.millrace.local.LocalStack;
import dev.millrace.local.contract.Schemathesis;
import dev.millrace.local.home.Folders;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.event.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The service keeps what its OpenAPI document says, whatever comes. */
class ContractIT {

    private static final String KEY = "a key for tests only";
    /** An event that can be labelled: the settings name it, too. */
    private static final String KNOWN = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

    private static final Path SETTINGS =
            Path.of("src/test/resources/schemathesis.toml").toAbsolutePath();

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    @Timeout(180)
    static void start() throws Exception {
        stack = LocalStack.own(Server.KAFKA, Server.POSTGRES, Server.REDIS);
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.LABELS, Topics.PREDICTIONS);
        try (Connection database = DriverManager.getConnection(
                stack.postgres().url(),
                stack.postgres().user(),
                stack.postgres().password())) {
            TestTables.create(database);
            try (Statement known = database.createStatement()) {
                known.execute("""
                        insert into parcel values ('%s', '2026-03-01T12:00:00Z', 'ann1', 4, 12.30, null, null, null,
                          null, 't', 0, 1, now(), 0)""".formatted(KNOWN));
            }
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                folder.resolve("keys"), "tests sha256:" + HexFormat.of().formatHex(digest) + " admin parcels never");
        TestCache.keep(folder.resolve("models"), Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--MILLRACE_USE_CASE=parcels",
                        // Nothing is there: the version is served from disk.
                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                        "--REDIS_URL=" + stack.redis().url(),
                        "--KAFKA_BOOTSTRAP_SERVERS=" + stack.kafka().bootstrapServers(),
                        "--POSTGRES_URL=" + stack.postgres().url(),
                        "--POSTGRES_USER=" + stack.postgres().user(),
                        "--POSTGRES_PASSWORD=" + stack.postgres().password(),
                        "--MILLRACE_MODEL_CACHE=" + folder.resolve("models"),
                        "--MILLRACE_SECURITY=on",
                        "--MILLRACE_API_KEYS=" + folder.resolve("keys"));
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    private static void check(int cases, long seed) {
        URI document = URI.create(
                "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + "/openapi.json");
        Schemathesis.in(Folders.standard())
                .check(document, KEY, SETTINGS, cases, seed, folder.resolve("report-" + cases));
    }

    @Test
    @Timeout(240)
    void itsDocumentHolds() {
        check(25, 1);
    }

    @Test
    @Tag("long")
    @Timeout(3_600)
    void itsDocumentHoldsForAThousandRequestsOfEachOperation(TestReporter reporter) {
        long seed = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        reporter.publishEntry("seed", String.valueOf(seed));
        check(1_000, seed);
    }
}
