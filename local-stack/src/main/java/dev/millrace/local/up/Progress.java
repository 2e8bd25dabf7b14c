package dev.millrace.local.up;

import java.io.PrintStream;
import java.util.Locale;

/** What a person sees while the platform comes up: whole lines, with or without a terminal. */
public final class Progress {
    private final PrintStream out;

    public Progress(PrintStream out) {
        this.out = out;
    }

    public void say(String line) {
        out.println(line);
        out.flush();
    }

    void step(int number, int of, String title) {
        say("[%d/%d] %s".formatted(number, of, title));
    }

    void done(long nanos) {
        say(String.format(Locale.ROOT, "      done in %.1f s", nanos / 1e9));
    }

    void note(String text) {
        say("      " + text);
    }
}
