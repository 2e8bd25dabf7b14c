package dev.millrace.prediction.history;

import dev.millrace.prediction.model.Reason;
import dev.millrace.prediction.start.RepeatedTask;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks every few seconds whether PostgreSQL answers, so that nobody who asks how the service is has to wait for it. */
public final class DatabaseProbe extends RepeatedTask {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseProbe.class);

    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final DataSource database;
    private volatile @Nullable Reason trouble;

    public DatabaseProbe(DataSource database) {
        super("database-probe", EVERY, EVERY);
        this.database = database;
    }

    /** Why the database is not to be had, or nothing. */
    public Optional<Reason> trouble() {
        return Optional.ofNullable(trouble);
    }

    @Override
    protected void turn() {
        try (Connection connection = database.getConnection()) {
            if (!connection.isValid((int) PATIENCE.toSeconds())) {
                throw new SQLException("the connection is not valid");
            }
            if (trouble != null) {
                LOG.info("PostgreSQL answers");
            }
            trouble = null;
        } catch (SQLException | RuntimeException e) {
            if (trouble == null) {
                LOG.warn("no history and no truths are to be had: {}", e.toString());
            }
            trouble = new Reason("database-unavailable", "PostgreSQL does not answer: the log says why");
        }
    }
}
