package dev.millrace.web.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of a file, read again when it changes. A file that cannot be read leaves the last good keys. Thread-safe. */
final class ApiKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);

    /** Everybody may read it: where the file lies is for the log. */
    private static final String OLD = "the file of API keys cannot be read, the last good keys are used";

    private final Path file;
    private final Clock clock;
    private String logged = "";
    private volatile Map<String, ApiKey> byDigest;
    private volatile Optional<String> trouble = Optional.empty();
    private @Nullable String seen;

    /** @throws IllegalArgumentException when the file cannot be read now: without keys there is nothing to go on with */
    ApiKeys(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
        try {
            String text = Files.readString(file);
            this.byDigest = parse(text);
            this.seen = text;
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the API keys of MILLRACE_API_KEYS: " + e, e);
        }
    }

    /** @throws IllegalArgumentException names every wrong line */
    private static Map<String, ApiKey> parse(String text) {
        Map<String, ApiKey> keys = new HashMap<>();
        Set<String> ids = new HashSet<>();
        List<String> problems = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue;
            }
            try {
                ApiKey key = ApiKey.parse(line);
                if (!ids.add(key.caller().id())) {
                    problems.add("line " + number + ": the id stands there twice");
                }
                if (keys.put(key.digest(), key) != null) {
                    problems.add("line " + number + ": the key stands there twice");
                }
            } catch (IllegalArgumentException e) {
                problems.add("line " + number + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("the file of API keys is wrong: " + String.join("; ", problems));
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("the file of API keys is wrong: expected at least one key");
        }
        return Map.copyOf(keys);
    }

    /** Looks whether the file has changed. */
    synchronized void reload() {
        try {
            String text = Files.readString(file);
            if (!text.equals(seen)) {
                seen = text;
                byDigest = parse(text);
                LOG.info("read {} API keys", byDigest.size());
                trouble = Optional.empty();
                logged = "";
            }
        } catch (IOException e) {
            // Should it come back as it was, it is read all the same.
            seen = null;
            keep(e.toString());
        } catch (IllegalArgumentException e) {
            keep(String.valueOf(e.getMessage()));
        }
    }

    private void keep(String reason) {
        if (!reason.equals(logged)) {
            LOG.warn("{}: {}", OLD, reason);
        }
        logged = reason;
        trouble = Optional.of(OLD);
    }

    /** Why the keys are not those of the file. */
    Optional<String> trouble() {
        return trouble;
    }

    /** Who the key belongs to; nobody when it is unknown or has expired. */
    Optional<Caller> caller(String key) {
        ApiKey found = byDigest.get(ApiKey.digest(key));
        return found != null && clock.instant().isBefore(found.expires())
                ? Optional.of(found.caller())
                : Optional.empty();
    }
}
