package dev.millrace.endtoend;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What may depend on what, and what may be named where: the shape that docs/architecture.md draws. */
final class ArchitectureTests {
    private static final Path ROOT = Path.of(System.getProperty("millrace.root", ".."));

    /** Our modules, and whose code each may use. */
    private static final Map<Module, Set<String>> GRAPH = new TreeMap<>(Map.ofEntries(
            Map.entry(new Module("common-schema", "dev.millrace.schema"), Set.of()),
            Map.entry(new Module("feature-core", "dev.millrace.feature"), Set.of("common-schema")),
            Map.entry(new Module("lake", "dev.millrace.lake"), Set.of("common-schema")),
            Map.entry(new Module("forest", "dev.millrace.forest"), Set.of()),
            Map.entry(new Module("web-support", "dev.millrace.web"), Set.of("common-schema")),
            Map.entry(new Module("local-stack", "dev.millrace.local"), Set.of()),
            Map.entry(
                    new Module("ingestion-service", "dev.millrace.ingestion"), Set.of("common-schema", "web-support")),
            Map.entry(
                    new Module("feature-stream", "dev.millrace.stream"),
                    Set.of("common-schema", "feature-core", "lake")),
            Map.entry(
                    new Module("training-job", "dev.millrace.training"),
                    Set.of("common-schema", "feature-core", "forest", "lake")),
            Map.entry(
                    new Module("prediction-api", "dev.millrace.prediction"),
                    Set.of("common-schema", "feature-core", "forest", "web-support")),
            Map.entry(
                    new Module("use-cases/football", "dev.millrace.football"), Set.of("common-schema", "feature-core")),
            Map.entry(new Module("use-cases/fraud", "dev.millrace.fraud"), Set.of("common-schema", "feature-core")),
            Map.entry(
                    new Module("benchmarks", "dev.millrace.bench"),
                    Set.of(
                            "common-schema",
                            "feature-core",
                            "feature-stream",
                            "forest",
                            "local-stack",
                            "prediction-api")),
            Map.entry(new Module("end-to-end", "dev.millrace.endtoend"), Set.of("common-schema", "local-stack"))));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importPaths(GRAPH.keySet().stream().map(Module::classes).toList());

    /** Words that only a use case may say. Not "terminal": a command line has one, too. */
    private static final Pattern DOMAIN = Pattern.compile(
            "fraud|football|clickstream|merchant|customer|payment|card_last|chargeback|handbook|transaction-fraud"
                    + "|league|kick-?off|home_team|away_team|\\bgoals?\\b|\\bodds\\b|visitor|page_view",
            Pattern.CASE_INSENSITIVE);

    private static final Set<String> TEXT =
            Set.of("java", "lua", "sql", "avsc", "yaml", "properties", "py", "json", "factories", "xml");

    private record Module(String folder, String packageName) implements Comparable<Module> {
        Path classes() {
            return ROOT.resolve(folder).resolve("target/classes");
        }

        @Override
        public int compareTo(Module other) {
            return folder.compareTo(other.folder);
        }
    }

    @TestFactory
    Stream<DynamicTest> modulesUseOnlyWhatTheyMay() {
        return GRAPH.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey().folder(), () -> usesOnly(entry.getKey(), entry.getValue())));
    }

    private static void usesOnly(Module module, Set<String> allowed) {
        String[] others = GRAPH.keySet().stream()
                .filter(other -> !other.equals(module) && !allowed.contains(other.folder()))
                .map(other -> other.packageName() + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(module.packageName() + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(others))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void everyModuleOfTheBuildIsInTheGraph() throws IOException {
        List<String> modules = Pattern.compile("<module>(.+?)</module>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(GRAPH.keySet().stream().map(Module::folder)).containsExactlyInAnyOrderElementsOf(modules);
    }

    @Test
    void theDocumentedPictureIsTheGraph() throws IOException {
        List<String> drawn = Pattern.compile("(?m)^  (\\S+) --> (\\S+)$")
                .matcher(Files.readString(ROOT.resolve("docs/architecture.md")))
                .results()
                .map(match -> match.group(1) + " --> " + match.group(2))
                .toList();
        assertThat(drawn)
                .containsExactlyInAnyOrderElementsOf(GRAPH.entrySet().stream()
                        .flatMap(entry -> entry.getValue().stream()
                                .map(used -> entry.getKey().folder() + " --> " + used))
                        .toList());
    }

    @Test
    void everyClassLiesInItsModulesPackage() {
        for (Module module : GRAPH.keySet()) {
            assertThat(new ClassFileImporter().importPath(module.classes()))
                    .as(module.folder())
                    .allMatch(type -> (type.getPackageName() + ".").startsWith(module.packageName() + "."));
        }
    }

    /** A slice is a package, so that a module's root is one, too. */
    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(CLASSES);
    }

    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return CLASSES.contain(type.getName())
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }

    @Test
    void modulesHaveNoCycles() {
        slices().matching("dev.millrace.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theFeatureEngineKnowsNoFrameworkAndDoesNoInputOrOutput() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.millrace.feature..", "dev.millrace.forest..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "org.springframework..",
                                "org.apache.spark..",
                                "org.apache.kafka..",
                                "io.lettuce..",
                                "java.net..",
                                "java.sql..")
                        .and(DescribedPredicate.not(resideInAPackage("java.net.spi.."))))
                .check(CLASSES);
    }

    @Test
    void schemasKnowNoServer() {
        noClasses()
                .that(resideInAPackage("dev.millrace.schema.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "org.springframework..", "org.apache.spark..", "org.apache.kafka..", "io.lettuce.."))
                .check(CLASSES);
    }

    @Test
    void onlyUseCasesNameTheirDomain() throws IOException {
        List<String> found = new ArrayList<>();
        for (Module module : GRAPH.keySet()) {
            Path main = ROOT.resolve(module.folder()).resolve("src/main");
            if (module.folder().startsWith("use-cases/") || !Files.exists(main)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(main)) {
                for (Path file : files.filter(ArchitectureTests::isText).toList()) {
                    found.addAll(domainWords(file));
                }
            }
        }
        assertThat(found).isEmpty();
    }

    private static boolean isText(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file) && TEXT.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    private static List<String> domainWords(Path file) throws IOException {
        List<String> found = new ArrayList<>();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            if (DOMAIN.matcher(lines.get(i)).find()) {
                found.add("%s:%d: %s"
                        .formatted(ROOT.relativize(file), i + 1, lines.get(i).strip()));
            }
        }
        return found;
    }

    /** So that a rule that imports nothing does not pass. */
    @Test
    void theClassesWereFound() {
        for (Module module : GRAPH.keySet()) {
            if (!Files.exists(ROOT.resolve(module.folder()).resolve("src/main/java"))) {
                continue;
            }
            assertThat(CLASSES.stream().map(JavaClass::getPackageName))
                    .as(module.folder())
                    .anyMatch(name -> name.startsWith(module.packageName()));
        }
    }
}
