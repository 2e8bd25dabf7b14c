package dev.millrace.ingestion.http;

import dev.millrace.schema.event.InvalidEventException;
import java.util.List;

/**
 * What became of a request's events.
 *
 * @param results the refused ones; all others are accepted
 */
record EventAnswer(int accepted, int refused, List<Refused> results) {
    /** @param index of the event in the request, from 0 */
    record Refused(int index, String status, String code, String field, String message) {
        static List<Refused> of(int index, InvalidEventException reason) {
            return reason.violations().stream()
                    .map(violation ->
                            new Refused(index, "refused", violation.code(), violation.field(), violation.message()))
                    .toList();
        }
    }
}
