package dev.millrace.stream.lane;

import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** State that a query starts with: rows of a key of the stateful step, {@link EntityState} bytes, and the older block. */
public final class InitialState {
    static final StructType SCHEMA = new StructType()
            .add("key", DataTypes.StringType, false)
            .add("state", DataTypes.BinaryType, false)
            .add("older", DataTypes.BinaryType, true);

    public static final Encoder<Row> ROWS = Encoders.row(SCHEMA);

    private InitialState() {}

    /** @param older the bytes that belong to the state, where its block is large */
    public static Row row(String key, EntityState state, Optional<byte[]> older) {
        return RowFactory.create(key, state.toBytes(), older.orElse(null));
    }

    static Dataset<Row> read(SparkSession spark, Beginning beginning) {
        return beginning.initial().isEmpty()
                ? spark.emptyDataset(ROWS)
                : spark.read().schema(SCHEMA).parquet(beginning.initial());
    }
}
