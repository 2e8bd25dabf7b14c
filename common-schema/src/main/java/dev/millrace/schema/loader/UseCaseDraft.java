package dev.millrace.schema.loader;

import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.UseCase;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What could be read of a use case, so that whoever compiles it reports what is wrong with that in one go with what could not be
 * read.
 *
 * @param readable without the definitions that were given up
 * @param flawed names of definitions with problems of their own: what reads them has none for that
 * @param problems with its files, and with the names that they use
 */
public record UseCaseDraft(UseCase readable, Set<String> flawed, List<Problem> problems) {
    public UseCaseDraft {
        flawed = Set.copyOf(flawed);
        problems = List.copyOf(problems);
    }

    /** @throws InvalidUseCaseException holds the draft's problems and the further ones, if there are any */
    public UseCase without(Collection<Problem> further) {
        List<Problem> all = Problems.sorted(Stream.concat(problems.stream(), further.stream()));
        if (!all.isEmpty()) {
            throw new InvalidUseCaseException(readable.name(), all);
        }
        return readable;
    }
}
