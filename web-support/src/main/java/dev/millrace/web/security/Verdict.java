package dev.millrace.web.security;

/** Whether a call may be made. */
public sealed interface Verdict {

    /** It may, and this is who makes it. */
    record Let(Caller caller) implements Verdict {}

    /** It may not. */
    record Refuse(Refusal refusal) implements Verdict {}
}
