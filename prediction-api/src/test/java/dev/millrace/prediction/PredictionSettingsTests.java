package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

class PredictionSettingsTests {

    private static PredictionSettings serving(String useCases) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.ofEntries(
                                Map.entry("millrace.use-cases", "u"),
                                Map.entry("millrace.use-case", useCases),
                                Map.entry("millrace.mlflow", "http://x"),
                                Map.entry("millrace.model-cache", "c"),
                                Map.entry("millrace.model-poll", "2s"),
                                Map.entry("millrace.model-timeout", "2s"),
                                Map.entry("millrace.redis", "redis://x"),
                                Map.entry("millrace.kafka", "x:1"),
                                Map.entry("millrace.postgres.url", "jdbc:postgresql://x/x"),
                                Map.entry("millrace.postgres.user", "u"),
                                Map.entry("millrace.postgres.password", "p"),
                                Map.entry("millrace.postgres.connections", "1"),
                                Map.entry("millrace.postgres.patience", "1s"),
                                Map.entry("millrace.features-deadline", "1s"),
                                Map.entry("millrace.fresh", "1s"),
                                Map.entry("millrace.concurrent-requests", "1"),
                                Map.entry("millrace.drain", "0s"),
                                Map.entry("millrace.masking-key", ""))));
        return Binder.get(environment)
                .bind("millrace", PredictionSettings.class)
                .get();
    }

    /**
     * What holds where the environment says nothing but what is served. The folder is named, as Spring would find the tests' own
     * use-cases in the class path.
     */
    @Test
    void everythingElseHasADefault() throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(
                new MapPropertySource("test", Map.of("MILLRACE_USE_CASE", "parcels", "MILLRACE_USE_CASES", "/u")));
        new YamlPropertySourceLoader()
                .load("defaults", new ClassPathResource("application.yaml"))
                .forEach(sources::addLast);
        Binder binder = new Binder(
                ConfigurationPropertySources.from(sources), new PropertySourcesPlaceholdersResolver(sources));
        assertThat(binder.bind("millrace", PredictionSettings.class).get())
                .isEqualTo(new PredictionSettings(
                        Path.of("/u"),
                        List.of("parcels"),
                        URI.create("http://127.0.0.1:5000"),
                        Path.of(".millrace/data/models"),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        URI.create("redis://127.0.0.1:6379"),
                        "127.0.0.1:9092",
                        new PredictionSettings.Postgres(
                                "jdbc:postgresql://127.0.0.1:5432/millrace", "millrace", "", 5, Duration.ofSeconds(2)),
                        Duration.ofMillis(20),
                        Duration.ofSeconds(1),
                        2_000,
                        null,
                        Duration.ZERO,
                        ""));
    }

    @Test
    void servesOneUseCaseOrSeveral() {
        assertThat(serving("parcels").served()).containsExactly("parcels");
        assertThat(serving("parcels, letters").served()).containsExactly("parcels", "letters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "parcels,parcels | [parcels, parcels]",
                "parcels,,letters | [parcels, , letters]",
            })
    void eachUseCaseIsNamedOnce(String useCases, String found) {
        assertThatThrownBy(() -> serving(useCases))
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "expected names of use cases with commas between them in MILLRACE_USE_CASE, each once, but came "
                                + found);
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertThatThrownBy(() -> new PredictionSettings(
                        Path.of("u"),
                        List.of(),
                        URI.create("file:/x"),
                        Path.of("c"),
                        Duration.ZERO,
                        Duration.ofSeconds(-1),
                        URI.create("http://x"),
                        " ",
                        new PredictionSettings.Postgres("mysql:x", "u", "p", 1, Duration.ofSeconds(1)),
                        Duration.ZERO,
                        Duration.ofMillis(-1),
                        0,
                        70_000,
                        Duration.ofSeconds(-5),
                        "too short"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "expected the name of a use case in MILLRACE_USE_CASE, but came nothing; expected an http or"
                                + " https address in MLFLOW_TRACKING_URI, but came 'file:/x'; expected a positive time in"
                                + " MILLRACE_MODEL_POLL, such as 2s, but came PT0S; expected a positive time in"
                                + " MILLRACE_MODEL_TIMEOUT, such as 10s, but came PT-1S; expected a redis or rediss address in"
                                + " REDIS_URL, but came 'http://x'; expected host:port of Kafka in KAFKA_BOOTSTRAP_SERVERS, but came nothing; expected an address such as"
                                + " jdbc:postgresql://127.0.0.1:5432/millrace in POSTGRES_URL, but came 'mysql:x'; expected a positive time in MILLRACE_FEATURES_DEADLINE, such"
                                + " as 20ms, but came PT0S; expected a time in MILLRACE_FEATURES_FRESH, such as 1s, but came"
                                + " PT-0.001S; expected a number of at least 1 in MILLRACE_CONCURRENT_REQUESTS, such as 2000, but came 0;"
                                + " expected a port in MILLRACE_GRPC_PORT, such as 8081, but came 70000;"
                                + " expected a time in MILLRACE_DRAIN, such as 5s, but came PT-5S;"
                                + " expected a secret of at least 16 bytes in MILLRACE_MASKING_KEY, or none");
    }
}
