package dev.millrace.prediction.web;

import dev.millrace.schema.event.InvalidEventException.Violation;
import java.util.List;

/** A request that cannot be answered as it is: the caller's fault. */
public final class RequestException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient List<Violation> violations;

    private RequestException(int status, String code, String message, List<Violation> violations) {
        super(message);
        this.status = status;
        this.code = code;
        this.violations = List.copyOf(violations);
    }

    public static RequestException malformed(String message) {
        return new RequestException(400, "malformed-body", message, List.of());
    }

    public static RequestException tooLarge(int most) {
        return new RequestException(413, "too-large", "expected a body of at most " + most + " bytes", List.of());
    }

    public static RequestException unknown(String code, String message) {
        return new RequestException(404, code, message, List.of());
    }

    /** Right in itself, and not to be done as things stand. */
    public static RequestException conflict(String code, String message) {
        return new RequestException(409, code, message, List.of());
    }

    /** @param there the models that the caller may see */
    public static RequestException unknownModel(String model, List<String> there) {
        return unknown("unknown-model", "'%s' is no model that is served; there are %s".formatted(model, there));
    }

    /** Values that break the rules, each named. */
    public static RequestException invalid(List<Violation> violations) {
        return new RequestException(
                422,
                "invalid-values",
                String.join("; ", violations.stream().map(Violation::message).toList()),
                violations);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** Stable. */
    public String code() {
        return code;
    }

    public List<Violation> violations() {
        return violations;
    }
}
