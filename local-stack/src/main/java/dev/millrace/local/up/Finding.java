package dev.millrace.local.up;

/** What the preflight found out about one thing. */
public sealed interface Finding {

    record Good(String what) implements Finding {}

    record Problem(String what, String remedy) implements Finding {}
}
