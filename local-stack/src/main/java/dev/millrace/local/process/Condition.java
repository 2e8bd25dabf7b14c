package dev.millrace.local.process;

/** Something that is waited for. Called often: it must answer within a second and never throw for "not yet". */
@FunctionalInterface
public interface Condition {
    boolean holds();
}
