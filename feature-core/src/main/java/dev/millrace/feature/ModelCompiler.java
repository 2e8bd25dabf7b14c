package dev.millrace.feature;

import dev.millrace.feature.Model.Binding;
import dev.millrace.feature.Model.Entry;
import dev.millrace.feature.Model.Slot;
import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.ExpressionCompiler;
import dev.millrace.feature.expression.Variables;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Expression;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.Answer;
import dev.millrace.schema.definition.ModelDefinition.FeatureUse;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.Suggestion;
import dev.millrace.schema.definition.UseCase;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns a model's definition into a {@link Model}. */
final class ModelCompiler {
    private final ModelDefinition definition;
    private final EventType rows;
    private final Map<String, View> views;
    private final Set<String> unread;
    private final List<Problem> problems;
    private final List<Binding> bindings = new ArrayList<>();
    private final Map<String, Slot> stored = new LinkedHashMap<>();

    private ModelCompiler(
            ModelDefinition definition,
            EventType rows,
            Map<String, View> views,
            Set<String> broken,
            List<Problem> problems) {
        this.definition = definition;
        this.rows = rows;
        this.views = views;
        this.unread = unread(definition, views, broken);
        this.problems = problems;
    }

    /**
     * Empty when it has problems, which are added to the list.
     *
     * @param broken views that have problems of their own: what reads them has none for that
     */
    static Optional<Model> compile(
            UseCase useCase,
            ModelDefinition definition,
            Map<String, View> views,
            Set<String> broken,
            List<Problem> problems) {
        int before = problems.size();
        Model model = new ModelCompiler(definition, useCase.event(definition.rows()), views, broken, problems).model();
        return problems.size() == before ? Optional.of(model) : Optional.empty();
    }

    private void refuse(Location at, String code, String message) {
        problems.add(new Problem(at, code, message));
    }

    private Model model() {
        bind();
        Variables fields = Variables.ofFields(rows.schema());
        Map<String, Variables.Type> features = new LinkedHashMap<>();
        stored.forEach((name, slot) -> features.put(
                name,
                bindings.get(slot.binding())
                        .view()
                        .features()
                        .get(slot.feature())
                        .kind()
                        .type()));
        ExpressionCompiler expressions = new ExpressionCompiler(fields.and(features));
        List<Entry> entries = new ArrayList<>();
        for (FeatureUse use : definition.features()) {
            if (unread.stream().anyMatch(binding -> uses(use, binding))) {
                continue;
            }
            int before = entries.size();
            switch (use) {
                case FeatureUse.All all -> all(all, entries);
                case FeatureUse.Named named -> named(named, expressions).ifPresent(entries::add);
            }
            refuseTwins(entries, before, use);
        }
        List<ResponseField> response = new ArrayList<>();
        List<CompiledExpression> fallback = new ArrayList<>();
        definition.serve().ifPresent(serve -> {
            checkRequest(serve);
            answer(serve, response);
            ExpressionCompiler rules = new ExpressionCompiler(fields);
            serve.fallback()
                    .forEach(expression -> rules.compile(expression, problems).ifPresent(fallback::add));
        });
        return new Model(definition, bindings, stored, entries, response, fallback, digest(entries));
    }

    private void answer(ServeDefinition serve, List<ResponseField> response) {
        Map<String, Variables.Type> outputs = new LinkedHashMap<>();
        outputs.put(Answer.SCORE, Variables.Type.NUMBER);
        definition.outputs().forEach(name -> outputs.put(name, Variables.Type.NUMBER));
        ExpressionCompiler expressions = new ExpressionCompiler(new Variables(outputs));
        serve.response().forEach((name, holds) -> {
            switch (holds) {
                case Answer.Decision() ->
                    response.add(new ResponseField.Decision(
                            name, !definition.classes().isEmpty()));
                case Answer.Score() -> response.add(new ResponseField.Score(name));
                case Answer.Computed(Expression written) ->
                    expressions
                            .compileAny(written, problems)
                            .map(expression -> switch (expression.type()) {
                                case TEXT -> new ResponseField.Text(name, expression);
                                case NUMBER, CONDITION, TIME -> new ResponseField.Computed(name, expression);
                            })
                            .ifPresent(response::add);
            }
        });
    }

    /** Declared bindings, and every other view whose entity the row names under the same fields. */
    private void bind() {
        definition.read().forEach((name, binding) -> {
            View view = views.get(binding.view());
            if (view != null) {
                add(new Binding(name, view, binding.key()));
            }
        });
        Set<String> names = new HashSet<>(definition.read().keySet());
        for (View view : views.values()) {
            List<String> fields = view.entityFields();
            boolean named = !fields.isEmpty()
                    && fields.stream().allMatch(field -> rows.schema().getField(field) != null);
            if (!view.isTumbling() && named && !names.contains(view.name()) && isUsed(view.name())) {
                add(new Binding(view.name(), view, view.entityFields()));
            }
        }
    }

    private boolean isUsed(String binding) {
        return definition.features().stream().anyMatch(use -> uses(use, binding));
    }

    private static boolean uses(FeatureUse use, String binding) {
        return switch (use) {
            case FeatureUse.All all -> all.binding().equals(binding);
            case FeatureUse.Named named -> named.expression().text().contains(binding + ".");
        };
    }

    /** The bindings whose view is broken, or reported as a name that nothing bears. */
    private static Set<String> unread(ModelDefinition definition, Map<String, View> views, Set<String> broken) {
        Set<String> unread = new HashSet<>(broken);
        definition.read().forEach((name, binding) -> {
            if (!views.containsKey(binding.view())) {
                unread.add(name);
            }
        });
        return unread;
    }

    private void add(Binding binding) {
        bindings.add(binding);
        List<Feature> features = binding.view().features();
        for (int i = 0; i < features.size(); i++) {
            stored.put(binding.name() + "." + features.get(i).name(), new Slot(bindings.size() - 1, i));
        }
    }

    private void all(FeatureUse.All all, List<Entry> entries) {
        String prefix = all.binding() + ".";
        int before = entries.size();
        stored.forEach((name, slot) -> {
            if (name.startsWith(prefix)) {
                entries.add(new Entry.Stored(name, slot));
            }
        });
        if (entries.size() == before) {
            refuse(
                    all.at(),
                    "no-features",
                    "'" + all.binding() + ".*' has no features that a model can read for rows of '" + rows.name()
                            + "'");
        }
    }

    private Optional<Entry> named(FeatureUse.Named named, ExpressionCompiler expressions) {
        Slot slot = stored.get(named.expression().text());
        if (slot != null) {
            return Optional.of(new Entry.Stored(named.name(), slot));
        }
        return expressions
                .compile(named.expression(), problems)
                .filter(expression -> isKnownInTime(named, expression))
                .map(expression -> new Entry.Derived(named.name(), expression));
    }

    /** What a model is to find out is not among what it is told. */
    private boolean isKnownInTime(FeatureUse.Named named, CompiledExpression expression) {
        Set<String> predicted = new HashSet<>(definition.estimates());
        predicted.add(definition.label().value());
        predicted.retainAll(expression.names());
        if (!predicted.isEmpty()) {
            refuse(
                    named.expression().at(),
                    "label-as-feature",
                    "'" + named.name() + "' reads '" + predicted.iterator().next()
                            + "', which is what the model predicts, and nobody knows yet; a view on 'labels of "
                            + rows.name() + "' counts what was known by then");
            return false;
        }
        return true;
    }

    private void refuseTwins(List<Entry> entries, int from, FeatureUse use) {
        List<String> before = entries.subList(0, from).stream().map(Entry::name).toList();
        Location at = switch (use) {
            case FeatureUse.All all -> all.at();
            case FeatureUse.Named named -> named.expression().at();
        };
        for (Entry entry : entries.subList(from, entries.size())) {
            if (before.contains(entry.name())) {
                refuse(at, "duplicate-name", "the feature '" + entry.name() + "' is given twice; keep one");
            }
        }
    }

    private void checkRequest(ServeDefinition serve) {
        for (RequestField field : serve.request()) {
            if (field.replaces().isPresent()) {
                String replaced = field.replaces().get();
                if (!stored.containsKey(replaced)
                        && unread.stream().noneMatch(binding -> replaced.startsWith(binding + "."))) {
                    refuse(
                            field.at(),
                            "unknown-name",
                            "'" + field.name() + "' replaces '"
                                    + replaced + "', which the model does not read; "
                                    + Suggestion.among(replaced, stored.keySet()));
                }
            } else if (rows.schema().getField(field.name()) == null) {
                refuse(
                        field.at(),
                        "unknown-name",
                        "'" + field.name() + "' is no field of '" + rows.name() + "' and replaces no feature");
            }
        }
    }

    private String digest(List<Entry> entries) {
        StringBuilder text = new StringBuilder(definition.kind().name())
                .append('\n')
                .append(definition.current())
                .append('\n');
        for (Binding binding : bindings) {
            text.append(binding.name())
                    .append(binding.key())
                    .append(binding.view().shape().fingerprint());
            binding.view().features().forEach(feature -> text.append(feature).append('\n'));
        }
        for (Entry entry : entries) {
            text.append(
                            switch (entry) {
                                case Entry.Stored(String name, Slot slot) -> name + "=" + slot;
                                case Entry.Derived(String name, CompiledExpression expression) ->
                                    name + "=" + expression.text();
                            })
                    .append('\n');
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
