package dev.millrace.prediction.label;

/** Kafka did not take a label. */
final class LabelsUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    LabelsUnavailableException(Throwable cause) {
        super("Kafka does not take the label: " + cause.getMessage() + "; send it again", cause);
    }
}
