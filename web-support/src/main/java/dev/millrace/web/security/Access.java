package dev.millrace.web.security;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who gets in, kept up to date in the background: the keys of the file, and the identity provider's. */
public final class Access implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Access.class);
    private static final int PATIENCE_MILLIS = 1_000;
    private static final int LARGEST_KEY_SET = 1 << 20;

    private final SecuritySettings settings;
    private final Optional<ApiKeys> keys;
    private final Optional<IssuerKeys> issuer;
    private final Credentials credentials;
    /** One thread each: an identity provider that is slow holds up no key that is taken back. */
    private final ScheduledExecutorService refresher = Executors.newScheduledThreadPool(
            2, Thread.ofPlatform().name("keys-", 0).daemon().factory());

    /** @throws IllegalArgumentException when there is a file of keys that cannot be read */
    public Access(SecuritySettings settings, Clock clock) {
        this.settings = settings;
        SecuritySettings.Jwt jwt = settings.jwt();
        this.keys = isOn() && !settings.apiKeys().isBlank()
                ? Optional.of(new ApiKeys(Path.of(settings.apiKeys()), clock))
                : Optional.empty();
        this.issuer = isOn() && jwt.isUsed() ? Optional.of(issuer(jwt, clock)) : Optional.empty();
        this.credentials = new Credentials(keys, issuer.map(found -> new Tokens(found, jwt, clock)));
        keys.ifPresent(found -> repeat(settings.reload(), found::reload));
        issuer.ifPresent(found -> repeat(jwt.refresh(), found::refresh));
    }

    private static IssuerKeys issuer(SecuritySettings.Jwt jwt, Clock clock) {
        try {
            return new IssuerKeys(
                    new DefaultResourceRetriever(PATIENCE_MILLIS, PATIENCE_MILLIS, LARGEST_KEY_SET),
                    URI.create(jwt.keys()).toURL(),
                    jwt.keptKeys().isBlank() ? Optional.empty() : Optional.of(Path.of(jwt.keptKeys())),
                    clock);
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("expected an address in MILLRACE_JWT_KEYS: " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor
    private void repeat(Duration every, Runnable task) {
        refresher.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        // One that escapes would end all repetitions.
                        LOG.error("cannot refresh keys", e);
                    }
                },
                every.toMillis(),
                every.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private boolean isOn() {
        return settings.mode() == SecuritySettings.Mode.ON;
    }

    /** Whether callers have to be known. */
    public SecuritySettings.Mode mode() {
        return settings.mode();
    }

    /** Those of the process's use cases that a caller sees, in the order in which they are served. */
    public List<String> seenBy(Caller caller) {
        return settings.useCases().stream().filter(caller::sees).toList();
    }

    /** Whether whoever brings these headers may make a call that this is the rule of; what it must not see is not there. */
    public Verdict verdict(Rule rule, CallHeaders headers) {
        return switch (mode()) {
            case OFF -> new Verdict.Let(Caller.LOCAL);
            case OPEN -> new Verdict.Let(Caller.ANYBODY);
            case ON -> rule instanceof Rule.Open ? new Verdict.Let(Caller.NOBODY) : known(rule, headers);
        };
    }

    private Verdict known(Rule rule, CallHeaders headers) {
        return switch (credentials.of(headers)) {
            case Credentials.Outcome.Unknown(Refusal refusal) -> new Verdict.Refuse(refusal);
            case Credentials.Outcome.Known(Caller caller) ->
                shows(rule, caller) ? allowed(rule, caller) : new Verdict.Refuse(Refusal.NOT_FOUND);
        };
    }

    /** Whether a caller's role suffices. */
    static Verdict allowed(Rule rule, Caller caller) {
        return switch (rule) {
            case Rule.Open() -> new Verdict.Let(caller);
            case Rule.Needs(Role role, Scope scope) ->
                caller.may(role) ? new Verdict.Let(caller) : new Verdict.Refuse(Refusal.forbidden(role));
        };
    }

    /** Whether an operation is there for a caller, whatever its role. */
    boolean shows(Rule rule, Caller caller) {
        return switch (rule) {
            // Without a key everybody may make the call; with one that sees nothing here, there is nothing else.
            case Rule.Open() -> !seenBy(caller).isEmpty();
            case Rule.Needs(Role role, Scope.Only(String useCase)) -> caller.sees(useCase);
            case Rule.Needs(Role role, Scope.Process()) -> !seenBy(caller).isEmpty();
            // What a use case has, its own rule names: this is another name, or another way to write one.
            case Rule.Needs(Role role, Scope.Named named) -> seesAll(caller);
        };
    }

    /** Whether nothing of the process is hidden from a caller. */
    public boolean seesAll(Caller caller) {
        return seenBy(caller).equals(settings.useCases());
    }

    Credentials credentials() {
        return credentials;
    }

    /** What is not as it should be, by a stable code: reasons of the service's health. */
    public Map<String, String> troubles() {
        Map<String, String> troubles = new TreeMap<>();
        keys.flatMap(ApiKeys::trouble).ifPresent(text -> troubles.put("api-keys-old", text));
        issuer.flatMap(IssuerKeys::trouble).ifPresent(text -> troubles.put("jwt-keys-old", text));
        return troubles;
    }

    @Override
    public void close() {
        refresher.shutdownNow();
    }
}
