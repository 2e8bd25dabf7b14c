package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.Block;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.UseCaseLoader;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A service of two use cases with security on, with callers of one, of the other and of both. */
abstract class WithTwoUseCases {

    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static final FeatureEngine LETTERS = FeatureEngine.compile(UseCaseLoader.load(Parcels.USE_CASES, "letters"));
    static final String PARCEL = "{\"sender\": \"ann1\", \"depot\": 1, \"price\": 5}";
    static final String LETTER = "{\"sender\": \"ann1\", \"grams\": 20}";
    static final String PARCEL_ID = "89c7ba8f-53be-4a8c-8b5a-00000000000";
    static final Instant NOW = Instant.now();

    @TempDir
    static Path folder;

    static LocalStack stack;
    static RSAKey issuer;
    static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS, Server.KAFKA, Server.POSTGRES);
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS, Topics.LABELS);
        fillTables();
        fillStore();
        issuer = new RSAKeyGenerator(2048).keyID("one").generate();
        Files.writeString(folder.resolve("jwks.json"), new JWKSet(issuer.toPublicJWK()).toString());
        Files.write(
                folder.resolve("keys"),
                List.of(
                        line("one", "parcels"),
                        line("other", "letters"),
                        line("both", "parcels,letters"),
                        line("all", "*"),
                        line("none", "another"),
                        line("reader", "reader", "parcels"),
                        line("scorer", "scorer", "parcels")));
        TestCache.keep(folder.resolve("models"), "late", "3", TestPackages.of("late", 1));
        TestCache.keep(folder.resolve("models"), "lost", "8", TestPackages.of(LETTERS.useCase(), "lost", 2));
        service = run(
                folder.resolve("models"),
                "--MILLRACE_GRPC_PORT=0",
                "--MILLRACE_SECURITY=on",
                "--MILLRACE_API_KEYS=" + folder.resolve("keys"),
                "--MILLRACE_JWT_ISSUER=https://issuer.example.org",
                "--MILLRACE_JWT_AUDIENCE=millrace",
                "--MILLRACE_JWT_KEYS=" + folder.resolve("jwks.json").toUri());
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    static ConfigurableApplicationContext run(Path models, String... others) {
        return new SpringApplicationBuilder(PredictionApi.class)
                .run(Stream.concat(
                                Stream.of(
                                        "--SERVER_PORT=0",
                                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                                        "--MILLRACE_USE_CASE=parcels,letters",
                                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                                        "--REDIS_URL=" + stack.redis().url(),
                                        "--KAFKA_BOOTSTRAP_SERVERS="
                                                + stack.kafka().bootstrapServers(),
                                        "--POSTGRES_URL=" + stack.postgres().url(),
                                        "--POSTGRES_USER=" + stack.postgres().user(),
                                        "--POSTGRES_PASSWORD="
                                                + stack.postgres().password(),
                                        "--MILLRACE_FEATURES_DEADLINE=500ms",
                                        "--MILLRACE_ACCURACY_EVERY=300ms",
                                        "--MILLRACE_MODEL_CACHE=" + models),
                                Stream.of(others))
                        .toArray(String[]::new));
    }

    private static String line(String id, String useCases) throws Exception {
        return line(id, "admin", useCases);
    }

    private static String line(String id, String role, String useCases) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(key(id).getBytes(StandardCharsets.UTF_8));
        return String.join(" ", id, "sha256:" + HexFormat.of().formatHex(digest), role, useCases, "never");
    }

    /** Of an administrator of the use cases. */
    static String token(RSAKey signer, List<String> useCases) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(signer.getKeyID())
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://issuer.example.org")
                        .audience("millrace")
                        .subject("ann@example.org")
                        .expirationTime(Date.from(Instant.now().plusSeconds(300)))
                        .claim("roles", List.of("admin"))
                        .claim("use_cases", useCases)
                        .build());
        token.sign(new RSASSASigner(signer));
        return token.serialize();
    }

    static String key(String owner) {
        return "the key of " + owner;
    }

    /** The stream of postcards has never run: their table is not there. */
    static void fillTables() throws Exception {
        try (Connection database = DriverManager.getConnection(
                        stack.postgres().url(),
                        stack.postgres().user(),
                        stack.postgres().password());
                Statement tables = database.createStatement()) {
            TestTables.create(database);
            tables.execute("""
                    create table letter (letter_id text, "timestamp" timestamptz, sender text, grams integer,
                      topic_id text, kafka_partition integer, kafka_offset bigint, arrival_time timestamptz,
                      sink_batch bigint)
                    """);
            tables.execute(
                    "insert into letter values ('l1', now() - interval '3 days', 'ann1', 20, 't', 0, 1, now(), 0)");
            for (int late = 0; late <= 1; late++) {
                tables.execute("""
                        insert into parcel values ('%1$s%2$d', now() - interval '3 days', 'ann1', 4, 12.30, null, null,
                          null, %2$d, 't', 0, 1, now(), 0)
                        """.formatted(PARCEL_ID, late));
                tables.execute("""
                        insert into predictions (request_id, event_id, model, model_version, alias, score, decision,
                          vector, definitions_digest, model_digest, event_key, asked_for, answered_at, complete, reasons,
                          replaced, entities, offsets, others, topic_id, kafka_partition, kafka_offset)
                        values ('r', '%1$s%2$d', 'late', 'v3', 'champion', 0.%2$d, true, '{}', '', '', 'ann1',
                          now() - interval '3 days', now(), true, '[]', '[]', '{}', '{}', '[]', 't', 0, %2$d)
                        """.formatted(PARCEL_ID, late));
            }
        }
    }

    /** Two parcels and five letters of the same sender, in views of the same name. */
    static void fillStore() {
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE)) {
            for (Map.Entry<FeatureEngine, Integer> each :
                    Map.of(Parcels.ENGINE, 2, LETTERS, 5).entrySet()) {
                FeatureEngine engine = each.getKey();
                View view = engine.view("sender").orElseThrow();
                Block block = view.shape().empty();
                for (int i = 0; i < each.getValue(); i++) {
                    long time = NOW.minusSeconds(60 + i).toEpochMilli();
                    Map<String, Object> fields =
                            new HashMap<>(Map.of("sender", "ann1", "timestamp", time, "price", new BigDecimal("5.00")));
                    view.feed(new SourceRecord("event " + i, time, 0, fields::get))
                            .forEach(fed -> block.fold(fed.event()));
                }
                String useCase = engine.useCase().name();
                redis.sync()
                        .hset(
                                OnlineKeys.entity(useCase, view, "ann1"),
                                Map.of(
                                        OnlineKeys.BLOCK,
                                        block.toServedBytes(),
                                        OnlineKeys.OFFSETS,
                                        Offsets.NONE.toBytes()));
                Map<Progress.Key, Progress.Read> read = new HashMap<>();
                for (String topic : List.of("parcel", "letter", Topics.LABELS)) {
                    read.put(
                            new Progress.Key(topic, 0),
                            new Progress.Read(
                                    100, NOW.minusSeconds(each.getValue()).toEpochMilli()));
                }
                redis.sync().hset(OnlineKeys.progress(useCase), new Progress(read, Optional.empty(), false).toFields());
            }
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    static HttpResponse<String> send(
            ConfigurableApplicationContext to, String method, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + to.getEnvironment().getProperty("local.server.port") + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    static HttpResponse<String> as(String owner, String method, String path, String body) throws Exception {
        return send(service, method, path, body, "X-API-Key", key(owner));
    }

    static JsonNode answered(String owner, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = as(owner, method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    static String code(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body()).path("code").asText();
    }

    @FunctionalInterface
    interface Decoder<T> {
        T of(ConsumerRecord<byte[], byte[]> record) throws Exception;
    }

    static <T> List<T> read(String topic, int least, Decoder<T> decoder) {
        List<T> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    found.add(decoder.of(record));
                }
                return found.size() >= least
                        && consumer.position(partition)
                                >= consumer.endOffsets(List.of(partition)).get(partition);
            });
        }
        return found;
    }
}
