package dev.millrace.local.cli;

import dev.millrace.local.up.Example;
import dev.millrace.local.up.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a person reads when everything is up: where things are, and a request that works, with its answer.
 *
 * @param example of the use case, where it shows one
 */
record Welcome(Platform platform, Optional<Example> example) {

    /** @param stop what stops it, as it was started */
    List<String> lines(long seconds, String stop) {
        String prediction = platform.url(Platform.PREDICTION);
        var lines = new ArrayList<>(List.of(
                "",
                "Millrace is up after %d s:".formatted(seconds),
                "  predictions   " + prediction + "  (documentation: " + prediction + "/docs)",
                "  events        " + platform.url(Platform.INGESTION) + "/v1/events/…",
                "  models        " + platform.url("mlflow"),
                "  logs          " + platform.folders().logs(),
                ""));
        example.ifPresent(request -> {
            lines.addAll(tried(request, prediction));
            lines.add("");
        });
        lines.add("./millrace status shows what runs; %s stops it.".formatted(stop));
        return lines;
    }

    private static List<String> tried(Example request, String prediction) {
        Optional<String> answer = request.send(prediction);
        return answer.isPresent()
                ? List.of("Try it:", "  " + request.curl(prediction), answer.get())
                : List.of(
                        "Try it, with a key in place of KEY: ./millrace key NAME --roles scorer makes one, and prints the line for"
                                + " the file that MILLRACE_API_KEYS names",
                        "  " + request.curlWithKey(prediction));
    }
}
