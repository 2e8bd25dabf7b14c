package dev.millrace.bench.serving;

import java.time.Duration;

/** How everything is asked, so that figures can be held against each other. */
final class Load {
    static final Duration MEASURED = Duration.ofSeconds(20);
    static final Duration WARM_UP = Duration.ofSeconds(20);
    static final int CONNECTIONS = 32;

    private Load() {}
}
