package dev.millrace.training;

import java.util.Locale;

/** What a version is to the service that follows the registry. */
enum Alias {
    /** It answers. */
    CHAMPION,
    /** It answers for a share of the entities, and is compared with the champion. */
    CHALLENGER,
    /** It answers nobody, and is compared with the champion. */
    SHADOW;

    /** As the registry has it, and as people write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
