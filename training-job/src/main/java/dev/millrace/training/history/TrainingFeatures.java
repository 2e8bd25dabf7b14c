package dev.millrace.training.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.data.TrainingSetSink;
import dev.millrace.training.evaluation.Split;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** The table of what runs were trained and tested on. */
public final class TrainingFeatures implements TrainingSetSink {

    private static final String COPY = "copy training_features"
            + " (run_id, use_case, model, event_id, event_time, label, split, features) from stdin (format csv)";
    private static final int CHUNK = 1 << 16;
    private static final String UNDEFINED_TABLE = "42P01";

    private final Settings settings;
    private final ObjectMapper json = new ObjectMapper();

    public TrainingFeatures(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void write(String runId, TrainingSet set, Split split) {
        try (Connection connection = DriverManager.getConnection(
                settings.postgresUrl(), settings.postgresUser(), settings.postgresPassword())) {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
            try {
                Writer writer = new Writer(copy, runId, set);
                writer.rows("train", split.train());
                writer.rows("test", split.test());
                writer.flush();
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            String advice = UNDEFINED_TABLE.equals(e.getSQLState())
                    ? "; the stream makes its tables when it starts: has it run?"
                    : "";
            throw new TrainingException(Code.DATABASE, "cannot write training_features: " + e.getMessage() + advice, e);
        }
    }

    private final class Writer {
        private final CopyIn copy;
        private final String head;
        private final TrainingSet set;
        private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(2 * CHUNK);

        private Writer(CopyIn copy, String runId, TrainingSet set) {
            this.copy = copy;
            this.head = quoted(runId)
                    + ','
                    + quoted(set.spec().useCase())
                    + ','
                    + quoted(set.spec().model())
                    + ',';
            this.set = set;
        }

        private void rows(String split, int[] rows) throws SQLException {
            for (int row : rows) {
                ObjectNode features = json.createObjectNode();
                for (int i = 0; i < set.featureNames().size(); i++) {
                    double value = set.rows()[row][i];
                    String name = set.featureNames().get(i);
                    if (Double.isNaN(value)) {
                        features.putNull(name);
                    } else {
                        features.put(name, value);
                    }
                }
                String line = head
                        + quoted(set.eventIds().get(row))
                        + ','
                        + Instant.ofEpochMilli(set.eventTimes()[row])
                        + ','
                        + set.labels()[row]
                        + ','
                        + split
                        + ','
                        + quoted(features.toString())
                        + '\n';
                buffer.writeBytes(line.getBytes(StandardCharsets.UTF_8));
                if (buffer.size() >= CHUNK) {
                    flush();
                }
            }
        }

        private void flush() throws SQLException {
            byte[] bytes = buffer.toByteArray();
            copy.writeToCopy(bytes, 0, bytes.length);
            buffer.reset();
        }

        private static String quoted(String text) {
            return '"' + text.replace("\"", "\"\"") + '"';
        }
    }
}
