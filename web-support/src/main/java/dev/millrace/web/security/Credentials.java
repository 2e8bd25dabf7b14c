package dev.millrace.web.security;

import java.util.Iterator;
import java.util.Optional;

/** Tells callers by what they bring: a key in {@code X-API-Key}, or a token in {@code Authorization: Bearer}. */
final class Credentials {
    static final String API_KEY = "X-API-Key";
    private static final String SCHEME = "Bearer ";

    private final Optional<ApiKeys> keys;
    private final Optional<Tokens> tokens;

    Credentials(Optional<ApiKeys> keys, Optional<Tokens> tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    /** A caller, or why there is none. */
    sealed interface Outcome {
        record Known(Caller caller) implements Outcome {}

        record Unknown(Refusal refusal) implements Outcome {}
    }

    Outcome of(CallHeaders headers) {
        Iterator<String> apiKeys = headers.values(API_KEY);
        Iterator<String> authorizations = headers.values("Authorization");
        if (apiKeys.hasNext()) {
            String key = apiKeys.next();
            return apiKeys.hasNext() || authorizations.hasNext()
                    ? new Outcome.Unknown(Refusal.SEVERAL_CREDENTIALS)
                    : outcome(keys.flatMap(all -> all.caller(key)));
        }
        if (authorizations.hasNext()) {
            String authorization = authorizations.next();
            if (authorizations.hasNext()) {
                return new Outcome.Unknown(Refusal.SEVERAL_CREDENTIALS);
            }
            boolean bearer = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
            return bearer
                    ? outcome(tokens.flatMap(all ->
                            all.caller(authorization.substring(SCHEME.length()).strip())))
                    : new Outcome.Unknown(Refusal.NO_CREDENTIALS);
        }
        return new Outcome.Unknown(Refusal.NO_CREDENTIALS);
    }

    private static Outcome outcome(Optional<Caller> caller) {
        return caller.<Outcome>map(Outcome.Known::new).orElseGet(() -> new Outcome.Unknown(Refusal.BAD_CREDENTIALS));
    }
}
