package dev.millrace.ingestion;

import dev.millrace.local.LocalStack;
import dev.millrace.local.contract.Schemathesis;
import dev.millrace.local.home.Folders;
import dev.millrace.local.server.Server;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
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
final class ContractIT {
    private static final String KEY = "a key for tests only";
    private static final Path SETTINGS =
            Path.of("src/test/resources/schemathesis.toml").toAbsolutePath();

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    @Timeout(180)
    static void start() throws Exception {
        stack = LocalStack.own(Server.KAFKA, Server.S3);
        System.setProperty("aws.accessKeyId", stack.s3().accessKey());
        System.setProperty("aws.secretAccessKey", stack.s3().secretKey());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                folder.resolve("keys"), "tests sha256:" + HexFormat.of().formatHex(digest) + " admin orders never");
        service = new SpringApplicationBuilder(IngestionService.class)
                .run(
                        "--server.port=0",
                        "--millrace.use-cases=src/test/resources/use-cases",
                        "--millrace.use-case=orders",
                        "--millrace.masking-key=a secret for tests only",
                        "--millrace.s3-endpoint=" + stack.s3().endpoint(),
                        "--millrace.s3-region=" + stack.s3().region(),
                        "--spring.kafka.bootstrap-servers=" + stack.kafka().bootstrapServers(),
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
