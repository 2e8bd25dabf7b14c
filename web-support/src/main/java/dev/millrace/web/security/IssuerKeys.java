package dev.millrace.web.security;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of the identity provider: the last that it published, in memory and on disk. Nimbus has sources that cache
 * and bear outages; with those, senders of unknown keys use up the provider's patience, and an expired cache then refuses
 * everybody. Here no failure takes known keys away. Thread-safe.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

    /** A token may name a new key before the next refresh; anybody can make up such names. */
    static final Duration LEAST_BETWEEN_QUESTIONS = Duration.ofSeconds(10);

    /** Everybody may read it: where the keys come from is for the log. */
    private static final String OLD = "the identity provider's keys cannot be read, the last good ones are used";

    private final ResourceRetriever retriever;
    private final URL published;
    private final Optional<Path> kept;
    private final Clock clock;
    private final AtomicLong lastQuestion = new AtomicLong(Long.MIN_VALUE);
    private String logged = "";
    private volatile JWKSet current = new JWKSet();
    private volatile Optional<String> trouble = Optional.empty();

    /** @param kept a file for the last good keys */
    IssuerKeys(ResourceRetriever retriever, URL published, Optional<Path> kept, Clock clock) {
        this.retriever = retriever;
        this.published = published;
        this.kept = kept;
        this.clock = clock;
        refresh();
        if (current.isEmpty()) {
            kept.filter(Files::exists).ifPresent(this::readKept);
        }
    }

    private void readKept(Path file) {
        try {
            current = usable(Files.readString(file));
            LOG.warn("using the {} keys of the identity provider that were kept in {}", current.size(), file);
        } catch (IOException | ParseException e) {
            LOG.warn("cannot read the kept keys of the identity provider in {}: {}", file, e.toString());
        }
    }

    /** Private and symmetric keys do not belong into a published set, and verify nothing here. */
    private static JWKSet usable(String json) throws ParseException {
        JWKSet keys = JWKSet.parse(json).toPublicJWKSet();
        if (keys.isEmpty()) {
            throw new ParseException("expected at least one public key", 0);
        }
        return keys;
    }

    /** Asks the identity provider; on any failure the keys stay. */
    synchronized void refresh() {
        try {
            JWKSet keys = usable(retriever.retrieveResource(published).getContent());
            if (!keys.toString().equals(current.toString())) {
                current = keys;
                LOG.info("the identity provider has {} keys", keys.size());
            }
            keep(keys.toString());
            trouble = Optional.empty();
            logged = "";
        } catch (IOException | ParseException e) {
            if (!e.toString().equals(logged)) {
                LOG.warn("{}: {}", OLD, e.toString());
            }
            logged = e.toString();
            trouble = Optional.of(OLD);
        }
    }

    private void keep(String json) {
        kept.ifPresent(file -> {
            try {
                if (Files.exists(file) && Files.readString(file).equals(json)) {
                    return;
                }
                Path whole = file.resolveSibling(file.getFileName() + ".new");
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(whole, json);
                Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                LOG.warn("cannot keep the keys of the identity provider in {}: {}", file, e.toString());
            }
        });
    }

    /** Changes with the keys: what was verified with others counts no more. */
    JWKSet current() {
        return current;
    }

    /** Why the keys may be old. */
    Optional<String> trouble() {
        return trouble;
    }

    @Override
    public List<JWK> get(JWKSelector selector, SecurityContext context) {
        List<JWK> found = selector.select(current);
        if (found.isEmpty() && mayAsk()) {
            refresh();
            found = selector.select(current);
        }
        return found;
    }

    private boolean mayAsk() {
        long now = clock.millis();
        long last = lastQuestion.get();
        return (last == Long.MIN_VALUE || now - last >= LEAST_BETWEEN_QUESTIONS.toMillis())
                && lastQuestion.compareAndSet(last, now);
    }
}
