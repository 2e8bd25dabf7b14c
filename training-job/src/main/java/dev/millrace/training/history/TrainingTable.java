package dev.millrace.training.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.timestamp_millis;
import static org.apache.spark.sql.functions.unix_millis;

import dev.millrace.lake.LakeSettings;
import dev.millrace.training.data.DatasetVersion;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A training set as a table of the lake: each making of it is one snapshot, which says itself what it was made of. */
final class TrainingTable {

    private static final Set<String> TIMES = Set.of(PointInTimePlan.EVENT_TIME, PointInTimePlan.ARRIVAL_TIME);

    private final SparkSession spark;
    private final String namespace;
    private final String name;

    TrainingTable(SparkSession spark, String namespace, String name) {
        this.spark = spark;
        this.namespace = namespace;
        this.name = name;
    }

    /**
     * Puts these rows in the place of all others.
     *
     * @param rows as {@link PointInTimePlan#rows} gives them
     * @param facts what the snapshot says of itself; no two makings say the same
     */
    DatasetVersion write(Dataset<Row> rows, Map<String, String> facts) {
        Column[] columns = Arrays.stream(rows.schema().fieldNames())
                .map(column ->
                        TIMES.contains(column) ? timestamp_millis(col(column)).as(column) : quoted(column))
                .toArray(Column[]::new);
        var writer = rows.select(columns)
                .writeTo("%s.`%s`.`%s`".formatted(LakeSettings.CATALOG, namespace, name))
                .using("iceberg")
                .tableProperty("write.distribution-mode", "none")
                // Row groups are buffered in memory until they are full.
                .tableProperty("write.parquet.row-group-size-bytes", Integer.toString(16 * 1024 * 1024))
                .tableProperty("write.metadata.delete-after-commit.enabled", "true");
        facts.forEach((key, value) -> writer.option("snapshot-property." + key, value));
        writer.createOrReplace();
        return new DatasetVersion(namespace, name, written(facts).snapshotId());
    }

    /** Not simply the current one: another command may have made the same table since. */
    private Snapshot written(Map<String, String> facts) {
        return StreamSupport.stream(table().snapshots().spliterator(), false)
                .filter(snapshot -> snapshot.summary().entrySet().containsAll(facts.entrySet()))
                .max(Comparator.comparingLong(Snapshot::sequenceNumber))
                .orElseThrow(() -> new TrainingException(
                        Code.LAKE, "expected a snapshot of %s that says %s".formatted(name, facts)));
    }

    /** What a snapshot says of itself. */
    Map<String, String> facts(long snapshot) {
        return snapshot(snapshot).summary();
    }

    long rows(long snapshot) {
        return Long.parseLong(facts(snapshot).getOrDefault(SnapshotSummary.TOTAL_RECORDS_PROP, "0"));
    }

    /** The rows of a snapshot, in any order: times are epoch milliseconds. */
    Dataset<Row> read(long snapshot) {
        Dataset<Row> rows = spark.read()
                .option("versionAsOf", snapshot(snapshot).snapshotId())
                .table("%s.`%s`.`%s`".formatted(LakeSettings.CATALOG, namespace, name));
        return rows.select(Arrays.stream(rows.schema().fieldNames())
                .map(column -> TIMES.contains(column) ? unix_millis(col(column)).as(column) : quoted(column))
                .toArray(Column[]::new));
    }

    private Snapshot snapshot(long snapshot) {
        Snapshot found = table().snapshot(snapshot);
        if (found == null) {
            throw new TrainingException(
                    Code.DATASET,
                    "expected a snapshot %d of lake.%s.%s, which it does not have (any more): make the training set anew"
                            .formatted(snapshot, namespace, name));
        }
        return found;
    }

    private Table table() {
        try {
            return Spark3Util.loadIcebergCatalog(spark, LakeSettings.CATALOG)
                    .loadTable(TableIdentifier.of(namespace, name));
        } catch (NoSuchTableException e) {
            throw new TrainingException(
                    Code.DATASET,
                    "expected a training set in lake.%s.%s, but there is no such table".formatted(namespace, name),
                    e);
        }
    }

    private static Column quoted(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }
}
