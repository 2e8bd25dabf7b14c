package dev.millrace.local.cli;

import dev.millrace.local.up.Platform;
import java.util.ArrayList;
import java.util.List;

/** Command lines of other programs. */
final class Arguments {
    private static final String USE_CASE = "--use-case";

    private Arguments() {}

    /** The subcommand with the use case that is up, unless {@code others} names one. */
    static List<String> withUseCase(String subcommand, List<String> others, Platform platform) {
        var all = new ArrayList<>(List.of(subcommand));
        if (others.stream().noneMatch(argument -> argument.startsWith(USE_CASE))) {
            all.addAll(List.of(USE_CASE, platform.useCase()));
        }
        all.addAll(others);
        return all;
    }
}
