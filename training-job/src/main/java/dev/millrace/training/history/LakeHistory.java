package dev.millrace.training.history;

import dev.millrace.lake.Lake;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.DatasetRequest;
import dev.millrace.training.data.DatasetVersion;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.data.TrainingSetSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.spark.sql.SparkSession;

/**
 * Training sets of the lake: made by Spark into a table of their own, and read from there. Each row takes what had arrived
 * by its own arrival and no more.
 */
public final class LakeHistory implements TrainingSetSource {

    /** How much of the time before the last known label is learnt from, unless the caller says. */
    private static final Duration SPAN = Duration.ofDays(30);

    private static final String FACT = "millrace.";
    private static final String DIGEST = "definitions_digest";

    private final Settings settings;
    private final Clock clock;
    private final Consumer<String> progress;

    /** @param progress is told what is being done, a line at a time */
    public LakeHistory(Settings settings, Clock clock, Consumer<String> progress) {
        this.settings = settings;
        this.clock = clock;
        this.progress = progress;
    }

    /** What a making gave. */
    public record Made(DatasetVersion version, long rows, int features) {}

    /** @throws TrainingException when there is no such model, no lake, or nothing in it */
    public Made make(DatasetRequest request) {
        try (LakeSession session = open()) {
            return make(request, session);
        }
    }

    /** Makes the training set unless it was made before, and reads it from its table. */
    @Override
    public TrainingSet read(Request request) {
        DatasetRequest dataset = new DatasetRequest(request.useCase(), request.model(), request.period(), null, null);
        ModelReference reference = choose(dataset);
        try (LakeSession session = open()) {
            DatasetVersion made = request.dataset();
            return read(reference, made == null ? make(dataset, session).version() : made, session.spark());
        }
    }

    private LakeSession open() {
        return new LakeSession(
                settings.lake()
                        .orElseThrow(() -> new TrainingException(
                                Code.LAKE,
                                "expected S3_BUCKET_PROCESSED, the bucket of the lake, but it is not set: training sets"
                                        + " are made of the lake's tables")),
                settings.sparkMaster());
    }

    private ModelReference choose(DatasetRequest request) {
        return ModelReference.choose(settings.useCases(), request.useCase(), request.model());
    }

    private Made make(DatasetRequest request, LakeSession session) {
        SparkSession spark = session.spark();
        ModelReference reference = choose(request);
        ModelReference.Compiled model = reference.compiled();
        try {
            Lake lake = new Lake(spark, model.useCase());
            SourceTables sources = new SourceTables(lake, model, request.lag());
            RowRange range = sources.range(request.period(), SPAN, clock.instant());
            progress.accept("making rows from %s to %s of the snapshots %s"
                    .formatted(
                            Instant.ofEpochMilli(range.from()),
                            Instant.ofEpochMilli(range.to()),
                            new TreeMap<>(sources.snapshots())));
            var rows = new PointInTimePlan(reference, range, session.partitions())
                    .rows(sources.events(range), sources.labels(range));
            String name = request.table() == null ? defaultName(model.model().name()) : request.table();
            TrainingTable table = new TrainingTable(spark, request.useCase(), name);
            DatasetVersion version = table.write(rows, facts(model.spec(), request, range, sources));
            return new Made(
                    version,
                    table.rows(version.snapshot()),
                    model.model().features().size());
        } catch (NoSuchTableException e) {
            throw new TrainingException(
                    Code.LAKE,
                    "expected the lake's tables of %s: %s; the stream makes them when it starts: has it run?"
                            .formatted(request.useCase(), e.getMessage()),
                    e);
        }
    }

    /** The table of a model. */
    static String defaultName(String model) {
        return "training_" + model.replace('-', '_');
    }

    private Map<String, String> facts(ModelSpec spec, DatasetRequest request, RowRange range, SourceTables sources) {
        Map<String, String> facts = new TreeMap<>();
        facts.put(FACT + "use_case", spec.useCase());
        facts.put(FACT + "model", spec.model());
        facts.put(FACT + DIGEST, spec.definitionsDigest());
        facts.put(FACT + "rows_from", Instant.ofEpochMilli(range.from()).toString());
        facts.put(FACT + "rows_to", Instant.ofEpochMilli(range.to()).toString());
        facts.put(FACT + "arrival", request.lag() == null ? "recorded" : "event time + " + request.lag());
        facts.put(FACT + "made_at", clock.instant().toString());
        sources.snapshots().forEach((table, id) -> facts.put(FACT + "snapshot." + table, Long.toString(id)));
        return facts;
    }

    private static TrainingSet read(ModelReference reference, DatasetVersion version, SparkSession spark) {
        ModelReference.Compiled model = reference.compiled();
        TrainingTable table = new TrainingTable(spark, version.namespace(), version.name());
        Map<String, String> origin = new TreeMap<>(Map.of("dataset", version.toString()));
        table.facts(version.snapshot()).forEach((key, value) -> {
            if (key.startsWith(FACT)) {
                origin.put(key.substring(FACT.length()), value);
            }
        });
        String digest = origin.getOrDefault(DIGEST, "");
        if (!digest.equals(model.spec().definitionsDigest())) {
            throw new TrainingException(
                    Code.DATASET,
                    "expected a training set of the model %s as it is defined now, but %s was made of other definitions:"
                                    .formatted(reference.model(), version)
                            + " make it anew");
        }
        TrainingRows rows = new TrainingRows();
        rows.take(table.read(version.snapshot()).toLocalIterator());
        return rows.set(model.spec(), model.model().features(), origin);
    }
}
