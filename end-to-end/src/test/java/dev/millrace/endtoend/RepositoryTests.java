package dev.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.feature.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What ships the platform is well-formed and names what exists. */
final class RepositoryTests {
    private static final Path ROOT = Path.of(System.getProperty("millrace.root", ".."));
    private static final List<String> SERVICES =
            List.of("ingestion-service", "feature-stream", "training-job", "prediction-api");

    /** Read by libraries, not by code of ours; and what local-stack gives the feed. */
    private static final Set<String> READ_BY_LIBRARIES = Set.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    private static Object yaml(String text) {
        return new Load(LoadSettings.builder().build()).loadFromString(text);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object yaml) {
        return (Map<String, Object>) yaml;
    }

    /** With the entries of {@code <<}, which compose knows and YAML 1.2 does not. */
    private static Map<String, Object> merged(Object yaml) {
        Map<String, Object> merged = new HashMap<>(map(yaml));
        Object more = merged.remove("<<");
        if (more != null) {
            merged(more).forEach(merged::putIfAbsent);
        }
        return merged;
    }

    @Test
    void theCatalogIsWhatTheDefinitionsSay() throws IOException {
        assertThat(read("docs/catalog.md"))
                .as("docs/catalog.md is old: ./millrace catalog > docs/catalog.md")
                .isEqualTo(Catalog.markdown(ROOT.resolve("use-cases")));
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All sources of the services and of what reads settings for them, to look names up in. */
    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String module : Stream.concat(SERVICES.stream(), Stream.of("lake", "web-support"))
                .toList()) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
                for (Path file : files.filter(path -> path.toString().matches(".*\\.(java|yaml)"))
                        .toList()) {
                    all.append(Files.readString(file));
                }
            }
        }
        return all.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker-compose.yml",
                ".github/workflows/ci.yml",
                "helm/millrace/Chart.yaml",
                "helm/millrace/values.yaml"
            })
    void yamlIsWellFormed(String file) throws IOException {
        assertThat(map(yaml(read(file)))).isNotEmpty();
    }

    @Test
    void composeGivesItsServicesWhatTheyRead() throws IOException {
        String sources = sources();
        Map<String, Object> services = map(map(yaml(read("docker-compose.yml"))).get("services"));
        assertThat(services).containsKeys("ingestion-service", "feature-stream", "prediction-api", "train", "feed");
        for (String name : List.of("ingestion-service", "feature-stream", "prediction-api", "train", "feed")) {
            Map<String, Object> environment = merged(map(services.get(name)).get("environment"));
            assertThat(environment.keySet()).as(name).allSatisfy(variable -> assertKnown(variable, sources));
        }
    }

    @Test
    void theChartGivesItsServicesWhatTheyRead() throws IOException {
        String sources = sources();
        String settings = read("helm/millrace/templates/settings.yaml");
        assertThat(found("(?m)^  ([A-Z][A-Z0-9_]+): ", settings))
                .hasSizeGreaterThan(10)
                .allSatisfy(variable -> assertKnown(variable, sources));
        for (String service : List.of("ingestion-service", "feature-stream", "prediction-api")) {
            String template = read("helm/millrace/templates/" + service + ".yaml");
            assertThat(found("\\{name: ([A-Z][A-Z0-9_]+), value", template))
                    .as(service)
                    .isNotEmpty()
                    .allSatisfy(variable -> assertKnown(variable, sources));
            assertThat(template).contains("/health/liveness", "/health/readiness", "\"name\" \"" + service + "\"");
        }
    }

    /** What a service reads that cannot be right by default: an address on this machine, or nothing. */
    @Test
    void theChartGivesItsServicesWhatHasNoUsefulDefault() throws IOException {
        String settings = read("helm/millrace/templates/settings.yaml");
        for (String service : List.of("ingestion-service", "prediction-api")) {
            String given = settings + read("helm/millrace/templates/" + service + ".yaml");
            Set<String> needed = found(
                    "\\$\\{([A-Z0-9_]+):(?:}|[^}]*127\\.0\\.0\\.1)",
                    read(service + "/src/main/resources/application.yaml"));
            assertThat(needed).contains("MILLRACE_USE_CASE", "KAFKA_BOOTSTRAP_SERVERS");
            assertThat(needed)
                    .as(service)
                    .allSatisfy(variable -> assertThat(given).containsPattern("\\b" + variable + "\\b"));
        }
    }

    @Test
    void everySettingIsExplained() throws IOException {
        Set<String> settings = new TreeSet<>();
        for (String service : List.of("ingestion-service", "prediction-api")) {
            settings.addAll(found("\\$\\{([A-Z0-9_]+):", read(service + "/src/main/resources/application.yaml")));
        }
        for (String reader : List.of(
                "feature-stream/src/main/java/dev/millrace/stream/config/StreamConfig.java",
                "training-job/src/main/java/dev/millrace/training/config/Settings.java",
                "lake/src/main/java/dev/millrace/lake/LakeSettings.java")) {
            settings.addAll(found("\"([A-Z][A-Z0-9]*_[A-Z0-9_]+)\"", read(reader)));
        }
        String explained = read("docs/operating.md");
        assertThat(settings)
                .hasSizeGreaterThan(30)
                .allSatisfy(setting -> assertThat(explained).contains('`' + setting + '`'));
    }

    @Test
    void everyMetricIsExplained() throws IOException {
        String explained = read("docs/operating.md");
        Set<String> metrics = found(
                "(?:[A-Za-z]*(?:Gauge|Counter|Timer|DistributionSummary)\\.builder|\\.counter|\\.name|gauge)"
                        + "\\((?:reports, )?\\s*\"([a-z]+(?:_[a-z]+)+)\"",
                sources());
        assertThat(metrics)
                .hasSizeGreaterThan(30)
                .allSatisfy(metric -> assertThat(explained).containsPattern("`" + metric + "(?:_seconds)?[`{]"));
    }

    private static void assertKnown(String variable, String sources) {
        assertThat(READ_BY_LIBRARIES.contains(variable)
                        || sources.contains("\"" + variable + "\"")
                        || sources.contains("${" + variable + ":"))
                .as("some service reads " + variable)
                .isTrue();
    }

    @Test
    void theChartsDefaultsAreTheContract() throws IOException {
        Map<String, Object> values = map(yaml(read("helm/millrace/values.yaml")));
        Map<String, Object> api = map(values.get("predictionApi"));
        assertThat(api).containsEntry("name", "fraud-detection-api").containsEntry("replicas", 3);
        assertThat(map(api.get("autoscaling")))
                .isEqualTo(Map.of("min", 3, "max", 10, "cpuPercent", 70, "memoryPercent", 80));
        assertThat(api.get("resources"))
                .isEqualTo(Map.of(
                        "requests", Map.of("memory", "512Mi", "cpu", "250m"),
                        "limits", Map.of("memory", "1Gi", "cpu", "500m")));
        assertThat(map(values.get("ingestion")).get("resources"))
                .isEqualTo(Map.of(
                        "requests", Map.of("memory", "256Mi", "cpu", "100m"),
                        "limits", Map.of("memory", "512Mi", "cpu", "500m")));
    }

    @Test
    void templatesUseValuesThatExist() throws IOException {
        Map<String, Object> values = map(yaml(read("helm/millrace/values.yaml")));
        try (Stream<Path> templates = Files.list(ROOT.resolve("helm/millrace/templates"))) {
            for (Path template : templates.toList()) {
                for (String used : found("\\.Values\\.([A-Za-z0-9.]+)", Files.readString(template))) {
                    Object value = values;
                    for (String part : used.split("\\.")) {
                        assertThat(map(value))
                                .as(template + ": .Values." + used)
                                .containsKey(part);
                        value = map(value).get(part);
                    }
                }
            }
        }
    }

    @Test
    void theChartHoldsTheUseCases() {
        assertThat(ROOT.resolve("helm/millrace/use-cases/fraud/use-case.yaml")).isRegularFile();
    }

    @Test
    void everyServiceHasAnImageThatRunsItsMainClassAsNobodySpecial() throws IOException {
        for (String service : SERVICES) {
            String dockerfile = read(service + "/Dockerfile");
            assertThat(dockerfile)
                    .contains("FROM eclipse-temurin:25-jdk AS build", "FROM eclipse-temurin:25-jre", "USER 10001")
                    .contains("@java.options")
                    .as("the folds and generators of every use case")
                    .contains("use-cases/*/pom.xml", "use-cases/*/target/*-0.1.0-SNAPSHOT.jar");
            for (String main : found("\"(dev\\.millrace\\.[a-z.]+\\.[A-Z]\\w+)\"", dockerfile)) {
                assertThat(ROOT.resolve(service + "/src/main/java/" + main.replace('.', '/') + ".java"))
                        .isRegularFile();
            }
            for (String copied : found("COPY ([a-z][\\w./-]+) ", dockerfile)) {
                assertThat(ROOT.resolve(copied)).as(service + " copies").exists();
            }
        }
        assertThat(read("docker-compose.yml")).contains("\"dev.millrace.ingestion.feed.Feed\"");
        assertThat(ROOT.resolve("ingestion-service/src/main/java/dev/millrace/ingestion/feed/Feed.java"))
                .isRegularFile();
    }

    @Test
    void imagesOpenWhatTheBuildOpens() throws IOException {
        Set<String> opened = found(
                "--add-opens=(\\S+?)=",
                found("<jvm.opens>(.*?)</jvm.opens>", read("pom.xml"))
                        .iterator()
                        .next());
        // Gone from the JDK that the images have.
        opened.remove("java.base/sun.security.action");
        assertThat(found("--add-opens=(\\S+?)=", read("docker/java.options"))).isEqualTo(opened);
    }

    @Test
    void theDashboardShowsMetricsThatExist() throws IOException {
        String sources = sources();
        JsonNode dashboard = new ObjectMapper().readTree(read("grafana/millrace.json"));
        Set<String> metrics = StreamSupport.stream(dashboard.path("panels").spliterator(), false)
                .flatMap(panel -> StreamSupport.stream(panel.path("targets").spliterator(), false))
                .flatMap(target -> Pattern.compile("([a-z]+(?:_[a-z]+)+)(?=[\\[)]|$)")
                        .matcher(target.path("expr").asText())
                        .results()
                        .map(MatchResult::group))
                .filter(name -> !name.equals("feature_type") && !name.equals("histogram_quantile"))
                .map(name -> name.replaceAll("_bucket$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(metrics)
                .hasSizeGreaterThan(12)
                .allSatisfy(metric -> assertThat(sources.contains("\"" + metric + "\"")
                                || sources.contains("\"" + metric.replaceAll("_seconds$", "") + "\""))
                        .as("some service has the metric " + metric)
                        .isTrue());
    }

    @Test
    void theScheduleRunsWhatTheTrainingJobKnows() throws IOException {
        String dag = read("airflow-dags/daily_retraining.py");
        assertThat(dag).contains("\"train\", \"--use-case\", USE_CASE, \"--promote\"");
        assertThat(read("training-job/src/main/java/dev/millrace/training/TrainCommand.java"))
                .contains("RowOptions", "\"--promote\"");
        assertThat(read("training-job/src/main/java/dev/millrace/training/RowOptions.java"))
                .contains("\"--use-case\"");
        assertThat(read("training-job/src/main/java/dev/millrace/training/TrainingJob.java"))
                .contains("KEPT = " + found("KEPT = (\\d)", dag).iterator().next());
    }

    @Test
    void theScheduleComparesAsTheTrainingJobDoes() throws IOException {
        String dag = read("airflow-dags/daily_comparison.py");
        assertThat(dag).contains("\"compare\", \"--use-case\", USE_CASE");
        assertThat(read("training-job/src/main/java/dev/millrace/training/CompareCommand.java"))
                .contains("name = \"compare\"", "\"--use-case\"");
        assertThat(read("training-job/src/main/java/dev/millrace/training/TrainingJob.java"))
                .contains("KEPT = " + found("KEPT = (\\d)", dag).iterator().next());
    }

    @Test
    void continuousIntegrationRunsTheOneCommand() throws IOException {
        assertThat(ROOT.resolve(".ci/run")).isExecutable();
        assertThat(read(".ci/run")).contains("/millrace\" test");
        assertThat(read(".github/workflows/ci.yml")).contains("./.ci/run");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "CONTRIBUTING.md",
                "docs/architecture.md",
                "docs/challenger.md",
                "docs/troubleshooting.md",
                "docs/faq.md",
                "docs/decisions.md"
            })
    void linksLeadSomewhere(String file) throws IOException {
        for (String target : found("\\]\\(([^)#]+)\\)", read(file))) {
            if (!target.startsWith("http")) {
                assertThat(ROOT.resolve(file).resolveSibling(target).normalize())
                        .as(file + " links to " + target)
                        .exists();
            }
        }
    }

    /** Every {@code ./millrace COMMAND} that a document shows is one. */
    @ParameterizedTest
    @ValueSource(
            strings = {"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/troubleshooting.md", "docs/faq.md"
            })
    void commandsExist(String file) throws IOException {
        StringBuilder known = new StringBuilder("\"test\"");
        try (Stream<Path> commands = Files.list(ROOT.resolve("local-stack/src/main/java/dev/millrace/local/cli"))) {
            for (Path command : commands.toList()) {
                known.append(Files.readString(command));
            }
        }
        assertThat(found("\\./millrace ([a-z]+)", read(file)))
                .filteredOn(command -> !command.equals("is"))
                .allSatisfy(command -> assertThat(known).contains("\"" + command + "\""));
    }
}
