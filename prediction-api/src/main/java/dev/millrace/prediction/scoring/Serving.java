package dev.millrace.prediction.scoring;

import dev.millrace.feature.ResponseField;
import dev.millrace.prediction.features.Freshness;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.event.PersonalData;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that answers one request, of one version: what may be asked, how features are made of it, and the model.
 *
 * @param sight how a request becomes a vector
 * @param response the fields of an answer
 * @param served null when no version is loaded: then the service's own definitions say what may be asked
 */
record Serving(
        CompiledModel compiled,
        @Nullable ServedModel served,
        Origin origin,
        Sight sight,
        ServeDefinition serve,
        List<ResponseField> response,
        RequestReader reader,
        Freshness freshness) {

    /** Before any version is loaded. */
    static Serving nothing(CompiledModel local, ServeDefinition serve, PersonalData personal) {
        return new Serving(
                local,
                null,
                Origin.RULE,
                Sight.of(local, serve),
                serve,
                local.model().response(),
                new RequestReader(serve, local.rows(), personal),
                new Freshness(local.useCase()));
    }

    /** @param otherwise says how a version is asked that was trained before it was meant to be served */
    static Serving of(String alias, ServedModel served, Serving otherwise) {
        CompiledModel compiled = served.compiled();
        Optional<ServeDefinition> own = compiled.model().definition().serve();
        ServeDefinition serve = own.orElse(otherwise.serve);
        return new Serving(
                compiled,
                served,
                Origin.of(alias, served),
                Sight.of(compiled, serve),
                serve,
                own.isPresent() ? compiled.model().response() : otherwise.response,
                otherwise.reader.of(serve, compiled.rows()),
                new Freshness(compiled.useCase()));
    }

    /** Itself alone: to compare all that it is made of would take longer than an answer. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** Whether both read a request the same way. */
    boolean readsAs(Serving other) {
        return sight.request().equals(other.sight.request());
    }

    /** Whether both make the same vector of the same request. */
    boolean seesTheSameAs(Serving other) {
        return sight.equals(other.sight);
    }
}
