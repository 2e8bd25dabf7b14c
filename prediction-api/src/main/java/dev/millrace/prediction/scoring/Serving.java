package dev.millrace.prediction.scoring;

import dev.millrace.prediction.features.Freshness;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import org.jspecify.annotations.Nullable;

/**
 * All that answers one request, of one version: what may be asked, how features are made of it, and the model.
 *
 * @param served null when no version is loaded: then the service's own definitions say what may be asked
 */
record Serving(
        CompiledModel compiled,
        @Nullable ServedModel served,
        Origin origin,
        ServeDefinition serve,
        RequestReader reader,
        Freshness freshness) {

    /** Before any version is loaded. */
    static Serving nothing(CompiledModel local, ServeDefinition serve) {
        return new Serving(
                local,
                null,
                Origin.RULE,
                serve,
                new RequestReader(serve, local.rows()),
                new Freshness(local.useCase()));
    }

    /** @param otherwise what may be asked of a version that was trained before it was meant to be served */
    static Serving of(String alias, ServedModel served, ServeDefinition otherwise) {
        CompiledModel compiled = served.compiled();
        ServeDefinition serve = compiled.model().definition().serve().orElse(otherwise);
        return new Serving(
                compiled,
                served,
                Origin.of(alias, served),
                serve,
                new RequestReader(serve, compiled.rows()),
                new Freshness(compiled.useCase()));
    }

    /** Whether both make the same vector of the same request. */
    boolean seesTheSameAs(Serving other) {
        return compiled.model().digest().equals(other.compiled.model().digest());
    }
}
