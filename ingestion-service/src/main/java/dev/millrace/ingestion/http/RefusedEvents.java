package dev.millrace.ingestion.http;

/** No event of a request could be taken. */
final class RefusedEvents extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient EventAnswer answer;

    RefusedEvents(EventAnswer answer) {
        super("No event could be taken");
        this.answer = answer;
    }

    EventAnswer answer() {
        return answer;
    }
}
