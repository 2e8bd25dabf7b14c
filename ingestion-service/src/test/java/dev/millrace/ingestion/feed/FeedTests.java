package dev.millrace.ingestion.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.ingestion.feed.FakeIngestion.Taken;
import dev.millrace.schema.generator.SourceEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class FeedTests {
    private static final Instant NOW = Instant.parse("2026-05-05T10:30:00Z");
    private static final Duration KNOWN_AFTER = Duration.ofHours(2);

    private final FakeIngestion ingestion = new FakeIngestion();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Stop stop = new Stop();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        ingestion.close();
    }

    private Map<String, String> environment() {
        return Map.of(
                "MILLRACE_INGESTION_URL",
                ingestion.url(),
                "MILLRACE_USE_CASES",
                "src/test/resources/feed/use-cases",
                "MILLRACE_USE_CASE",
                "parcels",
                "MILLRACE_FEED_STATE",
                folder.resolve("state").toString());
    }

    private int run(Clock clock, String... arguments) {
        return run(environment(), clock, arguments);
    }

    private int run(Map<String, String> environment, Clock clock, String... arguments) {
        return Feed.run(new Context(environment, clock, stop, new PrintWriter(out)), new PrintWriter(err), arguments);
    }

    private int run(String... arguments) {
        return run(Clock.fixed(NOW, ZoneOffset.UTC), arguments);
    }

    private static Instant time(Taken event) {
        return Instant.parse(event.body()
                .path(event.path().equals("labels") ? "timestamp" : "at")
                .asText());
    }

    private static Instant arrival(Taken taken) {
        return time(taken).plus(Duration.parse(taken.lag().orElseThrow()));
    }

    private List<String> due() throws IOException {
        return Files.readAllLines(folder.resolve("state/due-labels-parcels.jsonl"));
    }

    private Path file(int rows, Duration distance) {
        return file(rows, distance, "NUMBER,SENT,SENDER,DEPOT,WEIGHT,LATE");
    }

    private Path file(int rows, Duration distance, String header) {
        Path file = folder.resolve("parcels.csv.gz");
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(header).append('\n');
        for (int i = 0; i < rows; i++) {
            text.append("%d,%s,%d,d%d,1.5,%d%n"
                    .formatted(
                            i, format.format(NOW.plus(distance.multipliedBy(i))), i % 13, i % 7, i % 10 == 0 ? 1 : 0));
        }
        try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(file))) {
            bytes.write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return file;
    }

    @Test
    void historySendsEveryEventUntilNowOnceWithItsOwnArrival() {
        assertThat(run("history", "--days", "3", "--per-day", "960")).isZero();
        List<Taken> events = ingestion.events();
        assertThat(events).hasSize(3 * 960 + 421).allMatch(event -> event.lag().equals(Optional.of("PT0S")));
        assertThat(events.stream().map(event -> event.body().path("id"))).doesNotHaveDuplicates();
        assertThat(events).allMatch(event -> !time(event).isAfter(NOW));
        assertThat(events.getFirst().body().path("weight").asText()).isEqualTo("1.5");
        assertThat(out.toString()).contains("3,301 events");
    }

    @Test
    void historyKeepsTheOrderOfAKeyAndOfTime() {
        run("history", "--days", "3", "--per-day", "960");
        Map<Long, Instant> latest = new HashMap<>();
        Instant newest = Instant.MIN;
        for (Taken taken : ingestion.all()) {
            Instant arrival = arrival(taken);
            assertThat(arrival)
                    .isAfterOrEqualTo(newest.equals(Instant.MIN) ? newest : newest.minus(HistoryCommand.WIDTH));
            newest = arrival.isAfter(newest) ? arrival : newest;
            if (!taken.path().equals("labels")) {
                assertThat(time(taken))
                        .isAfter(latest.getOrDefault(taken.body().path("sender").asLong(), Instant.MIN));
                latest.put(taken.body().path("sender").asLong(), time(taken));
            }
        }
    }

    @Test
    void historySendsLabelsThatAreKnownAndKeepsTheOthers() throws IOException {
        run("history", "--days", "3", "--per-day", "960", "--zero-labels", "0");
        Instant known = NOW.minus(KNOWN_AFTER);
        List<Taken> late = ingestion.events().stream()
                .filter(event -> Duration.between(Instant.parse("2026-05-02T00:00:00Z"), time(event))
                                        .toSeconds()
                                % 900
                        == 0)
                .toList();
        assertThat(ingestion.labels())
                .allMatch(label -> label.lag().equals(Optional.of("PT2H")))
                .allMatch(label -> !arrival(label).isAfter(NOW))
                .hasSize((int) late.stream()
                        .filter(event -> !time(event).isAfter(known))
                        .count());
        assertThat(due()).hasSize((int)
                late.stream().filter(event -> time(event).isAfter(known)).count());
        Taken first = ingestion.labels().getFirst();
        Taken event = late.stream()
                .filter(one -> one.body().path("id").equals(first.body().path("event_id")))
                .findFirst()
                .orElseThrow();
        assertThat(first.body().toString())
                .contains("\"event_type\":\"parcels\"", "\"value\":1.0", "\"revision\":0")
                .contains("\"key\":\"" + event.body().path("sender").asText() + "\"")
                .contains("\"entities\":{\"depot\":\""
                        + event.body().path("depot").asText() + "\"}")
                .contains("\"known_at\":\"" + time(event).plus(KNOWN_AFTER) + "\"");
    }

    @Test
    void aShareOfTheZeroLabelsIsSentAndAlwaysTheSame() {
        run("history", "--days", "3", "--per-day", "960", "--zero-labels", "0.2");
        List<String> zeros = ingestion.labels().stream()
                .filter(label -> label.body().path("value").asDouble() == 0)
                .map(label -> label.body().path("event_id").asText())
                .sorted()
                .toList();
        assertThat(zeros.size()).isBetween(400, 700);
        run("history", "--days", "3", "--per-day", "960", "--zero-labels", "0.2");
        assertThat(ingestion.labels().stream()
                        .filter(label -> label.body().path("value").asDouble() == 0)
                        .map(label -> label.body().path("event_id").asText())
                        .distinct()
                        .sorted())
                .isEqualTo(zeros);
    }

    @Test
    void noCapacityIsWaitedOut() {
        ingestion.failWith(503, 429, 500);
        assertThat(run("history", "--days", "1", "--per-day", "24")).isZero();
        assertThat(ingestion.events().stream().map(event -> event.body().path("id")))
                .hasSize(24 + 11);
    }

    @Test
    void whatIngestionDoesNotUnderstandEndsTheFeed() {
        ingestion.failWith(404, 404, 404, 404);
        assertThat(run("history", "--days", "1", "--per-day", "24")).isEqualTo(1);
        assertThat(err.toString())
                .contains("feed: " + ingestion.url() + "/v1/events/parcels answered 404, expected 202: {\"code\":");
    }

    @Test
    void theFeedShowsItsKeyWhenItHasOne() {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("MILLRACE_API_KEY", "a key");
        assertThat(run(environment, Clock.fixed(NOW, ZoneOffset.UTC), "history", "--days", "1", "--per-day", "24"))
                .isZero();
        assertThat(ingestion.all()).extracting(Taken::apiKey).containsOnly(Optional.of("a key"));
        assertThat(out + "" + err).doesNotContain("a key");
    }

    @Test
    void patienceEnds() {
        ingestion.failWith(503, 503, 503, 503, 503, 503, 503, 503);
        IngestionClient client =
                new IngestionClient(FeedSettings.from(environment()), Duration.ZERO, stop, new Tally());
        SourceEvent parcel = ParcelGenerator.parcel(1, NOW);
        List<Dispatch> batch = List.of(new Dispatch("parcels", "1", NOW, Duration.ZERO, parcel.fields()));
        ingestion.failWith(503);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 9; i++) {
                        client.post("parcels", batch, Optional.empty());
                    }
                })
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("/v1/events/parcels answers 503")
                .hasMessageContaining("its log says why");
    }

    @Test
    void whereNothingListensIsSaidAtOnce() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("MILLRACE_INGESTION_URL", "http://127.0.0.1:" + port + "/");
        assertThat(run(environment, Clock.fixed(NOW, ZoneOffset.UTC), "history", "--days", "1"))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith(
                        "feed: Nothing listens at http://127.0.0.1:" + port + ": ./millrace up starts the platform;");
    }

    @Test
    void trafficSendsNowAndLabelsThatFallDueUntilItIsStopped() throws IOException {
        Clock late = Clock.fixed(Instant.now().minus(Duration.ofMinutes(118)), ZoneOffset.UTC);
        run(late, "history", "--days", "1", "--per-day", "8640", "--zero-labels", "0");
        int before = ingestion.events().size();
        int labels = ingestion.labels().size();
        int kept = due().size();
        assertThat(kept).isGreaterThan(70);
        Instant start = Instant.now();
        CompletableFuture<Integer> traffic = CompletableFuture.supplyAsync(
                () -> run(Clock.systemUTC(), "traffic", "--per-day", "864000", "--zero-labels", "0"));
        await().until(() ->
                ingestion.events().size() > before + 15 && ingestion.labels().size() > labels);
        stop.request();
        assertThat(traffic.join()).isZero();
        List<Taken> live = ingestion.events().subList(before, ingestion.events().size());
        assertThat(live)
                .allMatch(event -> event.lag().isEmpty())
                .allMatch(event -> !time(event).isBefore(start) && !time(event).isAfter(Instant.now()));
        List<Taken> fallenDue =
                ingestion.labels().subList(labels, ingestion.labels().size());
        assertThat(fallenDue).allMatch(label -> label.lag().isEmpty());
        List<String> ids = fallenDue.stream()
                .map(label -> label.body().path("event_id").asText())
                .toList();
        assertThat(due()).noneMatch(line -> ids.stream().anyMatch(line::contains));
        assertThat(due().size()).isGreaterThan(kept - fallenDue.size());
        assertThat(out.toString()).contains("Traffic since ");
    }

    @Test
    void replaySendsARowOnceWithItsLabel() {
        assertThat(run("replay", file(2_000, Duration.ofMinutes(3)).toString(), "--zero-labels", "0"))
                .isZero();
        assertThat(ingestion.events())
                .hasSize(2_000)
                .allMatch(event -> event.lag().equals(Optional.of("PT0S")));
        assertThat(ingestion.labels()).hasSize(196);
        assertThat(out.toString())
                .contains("by the mapping 'courier'", "4 labels are due after the last event")
                .contains("Replayed: 2,000 events and 196 labels sent, 0 refused");
    }

    @Test
    void replayCanSendAllLabels() {
        run("replay", file(2_000, Duration.ofMinutes(3)).toString(), "--zero-labels", "0", "--all-labels");
        assertThat(ingestion.labels()).hasSize(200);
    }

    @Test
    void aReplayInPartsSendsWhatOneSends() {
        String file = file(1_000, Duration.ofMinutes(3)).toString();
        run("replay", file, "--limit", "300");
        run("replay", file, "--skip", "300", "--limit", "300");
        run("replay", file, "--skip", "600");
        List<String> parts = new ArrayList<>(
                ingestion.all().stream().map(Taken::toString).sorted().toList());
        run("replay", file);
        assertThat(parts).doesNotHaveDuplicates();
        assertThat(ingestion.all().stream().map(Taken::toString).distinct().sorted())
                .isEqualTo(parts);
        assertThat(ingestion.all()).hasSize(2 * parts.size());
    }

    @Test
    void aDisturbedReplayStillSendsEveryRow() {
        run(
                "replay",
                file(2_000, Duration.ofMinutes(3)).toString(),
                "--repeat-share",
                "0.1",
                "--late-share",
                "0.1",
                "--broken-share",
                "0.05");
        List<Taken> events = ingestion.events();
        assertThat(events.stream().map(event -> event.body().path("id")).distinct())
                .hasSize(2_000);
        assertThat(events.size()).isBetween(2_130, 2_270);
        assertThat(IntStream.range(1, events.size())
                        .filter(i -> time(events.get(i)).isBefore(time(events.get(i - 1))))
                        .count())
                .isGreaterThan(30);
        assertThat(out.toString()).contains("On purpose: ").containsPattern("Refused: \\d+ unknown-field; the first: ");
    }

    @Test
    void nothingButRefusalsIsAFailure() {
        run("replay", file(10, Duration.ofMinutes(3)).toString(), "--broken-share", "1");
        assertThat(ingestion.events()).hasSize(10);
        Tally tally = new Tally();
        tally.refuse("unknown-field", 3, "no");
        assertThat(new Progress(new PrintWriter(out), tally, Duration.ofDays(1)).finish("Done"))
                .isEqualTo(1);
    }

    @Test
    void trafficOfMoreThanAGeneratorCanHoldIsRefused() {
        assertThat(run(Clock.systemUTC(), "traffic", "--per-day", "5000001")).isNotZero();
        assertThat(err.toString())
                .contains("--per-day: expected 1 to 5,000,000, found 5,000,001; for more, replay a file at --speed");
    }

    @Test
    void replayKeepsToItsSpeed() {
        long start = System.nanoTime();
        run("replay", file(100, Duration.ofMinutes(1)).toString(), "--speed", "10000");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(590));
        assertThat(ingestion.events()).hasSize(100);
    }

    @Test
    void aFileThatNoMappingReadsIsRefusedWithTheMappingsThereAre() {
        assertThat(run("replay", file(1, Duration.ofMinutes(1), "A,B").toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("No mapping of the use case 'parcels' reads the columns of")
                .contains("[A, B]; it has [courier [");
    }

    @Test
    void aRowThatIsWrongIsNamedWithItsLine() throws IOException {
        Path file = folder.resolve("wrong.csv");
        Files.writeString(
                file,
                "NUMBER,SENT,SENDER,DEPOT,WEIGHT,LATE\n1,2026-05-05 10:00:00,5,d1,1.5,0\n2,yesterday,5,d1,1.5,0\n");
        assertThat(run("replay", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("wrong.csv, line 3: ").contains("yesterday");
        assertThat(run("replay", folder.resolve("none.csv").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("Cannot read").contains("none.csv");
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        String file = file(1, Duration.ofMinutes(1)).toString();
        assertThat(run("replay", file, "--repeat-share", "2")).isEqualTo(1);
        assertThat(run("replay", file, "--skip", "-1")).isEqualTo(1);
        assertThat(run("history", "--days", "0")).isEqualTo(1);
        assertThat(err.toString())
                .contains("--repeat-share: expected 0 to 1, found 2.0")
                .contains("expected no negative numbers, found 0.0, -1, 0")
                .contains("--days: expected 1 to 3660, found 0");
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Expected history, traffic or replay");
    }

    @Test
    void aUseCaseWithoutGeneratorSaysSo() {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("MILLRACE_USE_CASES", "src/test/resources/use-cases");
        environment.put("MILLRACE_USE_CASE", "orders");
        assertThat(run(environment, Clock.fixed(NOW, ZoneOffset.UTC), "history"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("The use case 'orders' has no generator on the class path");
    }

    @Test
    void settingsHaveDefaultsAndNameAllThatIsWrong() {
        FeedSettings defaults = FeedSettings.from(Map.of("MILLRACE_USE_CASE", "parcels"));
        assertThat(defaults)
                .isEqualTo(new FeedSettings(
                        URI.create("http://127.0.0.1:8001"),
                        Path.of("use-cases"),
                        "parcels",
                        Optional.empty(),
                        Optional.empty()));
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("MILLRACE_API_KEY", "a key");
        assertThat(FeedSettings.from(environment).toString()).doesNotContain("a key");
        assertThat(FeedSettings.from(environment))
                .isEqualTo(new FeedSettings(
                        URI.create(ingestion.url()),
                        Path.of("src/test/resources/feed/use-cases"),
                        "parcels",
                        Optional.of(folder.resolve("state")),
                        Optional.of("a key")));
        assertThatThrownBy(() -> FeedSettings.from(Map.of("MILLRACE_INGESTION_URL", "not a URL")))
                .hasMessage("MILLRACE_INGESTION_URL: expected http://HOST:PORT, found not a URL;"
                        + " MILLRACE_USE_CASE: expected the name of a use case, found nothing");
    }

    @Test
    void labelsThatWereCutByACrashOrKeptTwiceAreNoProblem() throws IOException {
        run("history", "--days", "1", "--per-day", "960");
        List<String> lines = due();
        Files.writeString(
                folder.resolve("state/due-labels-parcels.jsonl"),
                String.join("\n", lines) + "\n" + lines.getFirst() + "\n{\"event_type\":\"par");
        DueLabels labels = new DueLabels(Optional.of(folder.resolve("state")), "parcels");
        assertThat(labels.size()).isEqualTo(lines.size());
        assertThat(labels.next()).hasValueSatisfying(next -> assertThat(next).isAfter(NOW));
    }
}
