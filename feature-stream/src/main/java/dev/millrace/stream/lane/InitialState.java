package dev.millrace.stream.lane;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** State that a query starts with: rows of a key of the stateful step, and {@link EntityState} bytes. */
public final class InitialState {
    static final StructType SCHEMA =
            new StructType().add("key", DataTypes.StringType, false).add("state", DataTypes.BinaryType, false);

    public static final Encoder<Row> ROWS = Encoders.row(SCHEMA);

    private InitialState() {}

    public static Row row(String key, EntityState state) {
        return RowFactory.create(key, state.toBytes());
    }

    static Dataset<Row> read(SparkSession spark, Beginning beginning) {
        return beginning.initial().isEmpty()
                ? spark.emptyDataset(ROWS)
                : spark.read().schema(SCHEMA).parquet(beginning.initial());
    }
}
