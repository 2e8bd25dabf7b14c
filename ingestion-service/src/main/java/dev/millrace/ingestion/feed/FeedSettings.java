package dev.millrace.ingestion.feed;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment says.
 *
 * @param apiKey what ingestion knows the feed by, when it asks for keys
 * @param state folder for the labels that have yet to fall due; without one they are forgotten when the feed ends
 */
record FeedSettings(URI ingestion, Path useCases, String useCase, Optional<Path> state, Optional<String> apiKey) {

    /** @throws FeedException names all that is wrong */
    static FeedSettings from(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        String url = environment.getOrDefault("MILLRACE_INGESTION_URL", "http://127.0.0.1:8001");
        URI ingestion = URI.create("http://127.0.0.1:8001");
        try {
            ingestion = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            if (!url.matches("https?://[^/]+.*")) {
                problems.add("MILLRACE_INGESTION_URL: expected http://HOST:PORT, found " + url);
            }
        } catch (IllegalArgumentException e) {
            problems.add("MILLRACE_INGESTION_URL: expected http://HOST:PORT, found " + url);
        }
        String useCase = environment.getOrDefault("MILLRACE_USE_CASE", "");
        if (useCase.isBlank()) {
            problems.add("MILLRACE_USE_CASE: expected the name of a use case, found nothing");
        }
        if (!problems.isEmpty()) {
            throw new FeedException(String.join("; ", problems));
        }
        return new FeedSettings(
                ingestion,
                Path.of(environment.getOrDefault("MILLRACE_USE_CASES", "use-cases")),
                useCase,
                Optional.ofNullable(environment.get("MILLRACE_FEED_STATE"))
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of),
                Optional.ofNullable(environment.get("MILLRACE_API_KEY")).filter(key -> !key.isBlank()));
    }

    @Override
    public String toString() {
        return "FeedSettings[ingestion=%s, useCases=%s, useCase=%s, state=%s, apiKey=***]"
                .formatted(ingestion, useCases, useCase, state);
    }
}
