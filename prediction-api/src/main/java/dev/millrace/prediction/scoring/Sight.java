package dev.millrace.prediction.scoring;

import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a version turns a request into a vector, as texts that are compared for every request. Where a definition stands in its file
 * is not in them.
 *
 * @param request how it is read
 * @param definitions how features are made of it
 * @param views which state they are read from: the digest of the definitions lacks what a view calls its event's fields
 */
record Sight(String request, String definitions, List<String> views) {

    Sight {
        views = List.copyOf(views);
    }

    static Sight of(CompiledModel compiled, ServeDefinition serve) {
        return new Sight(
                compiled.rows().schema() + "\n"
                        + serve.request().stream().map(Sight::text).toList(),
                compiled.model().digest(),
                compiled.model().bindings().stream()
                        .map(binding -> binding.view().version())
                        .toList());
    }

    private static String text(RequestField field) {
        FieldRule rule = field.rule();
        return String.join(
                " ",
                field.name(),
                rule.min().toString(),
                rule.above().toString(),
                rule.max().toString(),
                rule.pattern().map(Pattern::pattern).toString(),
                Boolean.toString(rule.optional()),
                field.replaces().toString());
    }
}
