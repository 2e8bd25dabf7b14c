package dev.millrace.prediction.usecase;

import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.web.security.Caller;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The use cases that this process serves, in the order in which they were named. None claims what another has. */
public record ServedUseCases(List<ServedUseCase> all) {

    /** @throws UnservableUseCasesException says what two of them both claim */
    public ServedUseCases {
        all = List.copyOf(all);
        refuse(Conflicts.among(all));
    }

    /**
     * @param folder holds one folder per use case
     * @throws UnservableUseCasesException says all that is wrong with any of them
     */
    public static ServedUseCases load(Path folder, List<String> names) {
        List<ServedUseCase> readable = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String name : names) {
            try {
                readable.add(ServedUseCase.load(folder.resolve(name)));
            } catch (InvalidUseCaseException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        problems.addAll(Conflicts.among(readable));
        refuse(problems);
        return new ServedUseCases(readable);
    }

    private static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new UnservableUseCasesException(problems);
        }
    }

    /**
     * What masks requests as ingestion masks events.
     *
     * @param secret that ingestion hashes with; may be empty where no request names what is hashed
     * @throws UnservableUseCasesException names what is hashed when there is no secret
     */
    public PersonalData personalData(String secret) {
        if (!secret.isEmpty()) {
            return new PersonalData(secret);
        }
        refuse(models().stream()
                .filter(model -> !model.hashedFields().isEmpty())
                .map(model ->
                        ("Requests of the model '%s' name %s of '%s', which ingestion-service keeps as hashes: set MILLRACE_MASKING_KEY"
                                        + " to the secret that it hashes with")
                                .formatted(
                                        model.name(),
                                        model.hashedFields(),
                                        model.rows().name()))
                .toList());
        // A version of other definitions may have some: nobody's hash, but a hash.
        return new PersonalData(UUID.randomUUID().toString());
    }

    public List<String> names() {
        return all.stream().map(ServedUseCase::name).toList();
    }

    public List<UseCase> definitions() {
        return all.stream().map(ServedUseCase::definition).toList();
    }

    public Optional<ServedUseCase> named(String name) {
        return all.stream().filter(useCase -> useCase.name().equals(name)).findFirst();
    }

    public List<CompiledModel> models() {
        return all.stream().flatMap(useCase -> useCase.models().stream()).toList();
    }

    /** Those that a caller sees. */
    public List<CompiledModel> models(Caller caller) {
        return models().stream()
                .filter(model -> caller.sees(model.useCase().name()))
                .toList();
    }

    public List<Example> examples() {
        return all.stream().flatMap(useCase -> useCase.example().stream()).toList();
    }

    /** Those of these names. */
    public ServedUseCases only(List<String> names) {
        return new ServedUseCases(
                all.stream().filter(useCase -> names.contains(useCase.name())).toList());
    }
}
