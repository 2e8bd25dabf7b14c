package dev.millrace.prediction.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request as a use case shows it to people: {@code example.json}.
 *
 * @param path where it is posted
 */
public record Example(String path, JsonNode body) {

    private static final Logger LOG = LoggerFactory.getLogger(Example.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Empty when the file is not there, or cannot be read: nothing depends on it. */
    public static Optional<Example> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            return Optional.of(new Example(json.path("path").asText(), json.path("body")));
        } catch (IOException e) {
            LOG.warn("cannot read {}, the service does without an example: {}", file, e.toString());
            return Optional.empty();
        }
    }
}
