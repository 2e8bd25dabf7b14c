package dev.millrace.prediction.history;

import java.sql.SQLException;

/** The events of the past cannot be read now. What the database says of it is for the log: it may name values, or hosts. */
public final class HistoryUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    HistoryUnavailableException(String what, SQLException cause) {
        super(
                what + " cannot be read now: the database refuses, or cannot be reached (SQLSTATE "
                        + cause.getSQLState() + ")",
                cause);
    }
}
