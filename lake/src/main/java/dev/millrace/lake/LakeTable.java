package dev.millrace.lake;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.timestamp_millis;
import static org.apache.spark.sql.functions.unix_millis;

import dev.millrace.lake.Columns.Column;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** One table of the lake. What it gives and takes are rows of {@link Columns#rows()}. */
public final class LakeTable<T> {
    /**
     * Files by day, in the order of arrival: what a training set reads. A batch of history spans months; hashed by day, its
     * writers have one file open at a time. Row groups are buffered in memory until they are full.
     */
    private static final Map<String, String> PROPERTIES = Map.of(
            "write.distribution-mode", "hash",
            "write.parquet.row-group-size-bytes", Integer.toString(16 * 1024 * 1024),
            "write.metadata.delete-after-commit.enabled", "true",
            "write.metadata.previous-versions-max", "20");

    private static final long MICROS = 1_000;

    private final SparkSession spark;
    private final TableIdentifier identifier;
    private final RecordRows<T> rows;

    LakeTable(SparkSession spark, String namespace, String name, RecordRows<T> rows) {
        this.spark = spark;
        this.identifier = TableIdentifier.of(namespace, name);
        this.rows = rows;
    }

    /** Its name in SQL. */
    public String name() {
        return LakeSettings.CATALOG + ".`" + identifier.namespace() + "`.`" + identifier.name() + "`";
    }

    public RecordRows<T> rows() {
        return rows;
    }

    /** Kafka's topic id as text, and a partition. */
    public record Partition(String topicId, int partition) {}

    void prepare() {
        Catalog catalog = catalog();
        Namespace namespace = identifier.namespace();
        if (catalog instanceof SupportsNamespaces namespaces && !namespaces.namespaceExists(namespace)) {
            namespaces.createNamespace(namespace);
        }
        if (catalog.tableExists(identifier)) {
            evolve(catalog.loadTable(identifier));
        } else {
            Schema schema = SparkSchemaUtil.convert(rows.columns().table());
            catalog.buildTable(identifier, schema)
                    .withPartitionSpec(PartitionSpec.builderFor(schema)
                            .day(Columns.common(Columns.EVENT_TIME))
                            .build())
                    .withSortOrder(SortOrder.builderFor(schema)
                            .asc(Columns.common(Columns.ARRIVAL_TIME))
                            .asc(Columns.common(Columns.PARTITION))
                            .asc(Columns.common(Columns.OFFSET))
                            .build())
                    .withProperties(PROPERTIES)
                    .create();
        }
    }

    private void evolve(Table table) {
        StructType found = SparkSchemaUtil.convert(table.schema());
        StructType wanted = rows.columns().table();
        Set<String> names = Set.copyOf(Arrays.asList(wanted.fieldNames()));
        for (StructField field : found.fields()) {
            if (!names.contains(field.name())) {
                throw new LakeException("The table " + name() + " has the column '" + field.name()
                        + "', which the use case no longer defines: keep the field and let it be null, or give the event"
                        + " type another name");
            }
        }
        List<String> before = Arrays.asList(found.fieldNames());
        boolean changed = false;
        for (StructField field : wanted.fields()) {
            if (!before.contains(field.name())) {
                if (!rows.isOptional(field.name())) {
                    throw new LakeException("The table " + name() + " has rows without the new field '" + field.name()
                            + "': let its type be nullable, with the default null");
                }
                changed = true;
            } else if (grows(found.apply(field.name()).dataType(), field.dataType())) {
                changed = true;
            } else if (!found.apply(field.name()).dataType().equals(field.dataType())) {
                throw new LakeException("The column '" + field.name() + "' of the table " + name() + " has the type "
                        + found.apply(field.name()).dataType().sql() + ", the use case now wants "
                        + field.dataType().sql() + ": give the changed field another name");
            }
        }
        if (changed) {
            table.updateSchema()
                    .unionByNameWith(SparkSchemaUtil.convert(wanted))
                    .commit();
        }
    }

    /** Whether a type has further fields at its end, which may be missing, and is the same otherwise. */
    private static boolean grows(DataType before, DataType now) {
        if (before instanceof ArrayType old && now instanceof ArrayType array) {
            return old.containsNull() == array.containsNull() && grows(old.elementType(), array.elementType());
        }
        return before instanceof StructType old
                && now instanceof StructType struct
                && struct.length() > old.length()
                && Arrays.equals(old.fields(), Arrays.copyOf(struct.fields(), old.length()))
                && Arrays.stream(struct.fields()).skip(old.length()).allMatch(StructField::nullable);
    }

    /** The same rows as the table has them, in the order of its columns. */
    public Dataset<Row> stored(Dataset<Row> given) {
        Map<String, org.apache.spark.sql.Column> columns = new HashMap<>();
        for (Column column : rows.columns().all()) {
            columns.put(
                    column.name(),
                    column.isTime() ? timestamp_millis(col(column.name())).as(column.name()) : col(column.name()));
        }
        return given.select(Arrays.stream(spark.table(name()).schema().fieldNames())
                .map(columns::get)
                .toArray(org.apache.spark.sql.Column[]::new));
    }

    /** All that it holds now. */
    public Dataset<Row> read() {
        return read(spark.table(name()));
    }

    /** All that it held at a snapshot. */
    public Dataset<Row> readAt(long snapshot) {
        return read(spark.sql("select * from " + name() + " version as of " + snapshot));
    }

    /**
     * What it held at a snapshot of this time and later. The files of the days before are not opened.
     *
     * @param since epoch milliseconds of event time
     */
    public Dataset<Row> readAt(long snapshot, long since) {
        return read(spark.sql("select * from %s version as of %d where event_time >= timestamp_millis(%d)"
                .formatted(name(), snapshot, since)));
    }

    private Dataset<Row> read(Dataset<Row> table) {
        List<String> there = Arrays.asList(table.schema().fieldNames());
        return table.select(rows.columns().all().stream()
                .map(column -> {
                    // An old snapshot lacks what was added later.
                    org.apache.spark.sql.Column value = there.contains(column.name())
                            ? col(column.name())
                            : lit(null).cast(column.type());
                    return (column.isTime() ? unix_millis(value) : value).as(column.name());
                })
                .toArray(org.apache.spark.sql.Column[]::new));
    }

    /** The newest snapshot; empty while nothing was written. */
    public Optional<Long> snapshot() {
        return Optional.ofNullable(catalog().loadTable(identifier).currentSnapshot())
                .map(Snapshot::snapshotId);
    }

    /**
     * The greatest time in a column, of the files that hold events of these times: from what files say of themselves, so
     * nothing is read. At least the greatest of those events' own.
     *
     * @param from epoch milliseconds of event time, inclusive as {@code to} is
     * @return epoch milliseconds; empty when there are no such files
     */
    public OptionalLong greatest(String column, long snapshot, long from, long to) {
        Table table = catalog().loadTable(identifier);
        Types.NestedField field = table.schema().findField(column);
        String eventTime = Columns.common(Columns.EVENT_TIME);
        OptionalLong greatest = OptionalLong.empty();
        try (CloseableIterable<FileScanTask> files = table.newScan()
                .useSnapshot(snapshot)
                .includeColumnStats(List.of(column))
                .filter(Expressions.and(
                        Expressions.greaterThanOrEqual(eventTime, MICROS * from),
                        Expressions.lessThanOrEqual(eventTime, MICROS * to)))
                .planFiles()) {
            for (FileScanTask file : files) {
                ByteBuffer bound = file.file().upperBounds().get(field.fieldId());
                long micros = Conversions.fromByteBuffer(field.type(), bound);
                long millis = Math.floorDiv(micros, MICROS);
                greatest = OptionalLong.of(Math.max(millis, greatest.orElse(millis)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return greatest;
    }

    /** The offset after the last one that a snapshot holds, of each partition: every record before is in it. */
    public Map<Partition, Long> nextOffsets(long snapshot) {
        String topicId = Columns.common(Columns.TOPIC_ID);
        String partition = Columns.common(Columns.PARTITION);
        Map<Partition, Long> next = new HashMap<>();
        for (Row row : readAt(snapshot)
                .groupBy(topicId, partition)
                .agg(max(Columns.common(Columns.OFFSET)))
                .collectAsList()) {
            next.put(new Partition(row.getString(0), row.getInt(1)), row.getLong(2) + 1);
        }
        return next;
    }

    private Catalog catalog() {
        return Spark3Util.loadIcebergCatalog(spark, LakeSettings.CATALOG);
    }
}
