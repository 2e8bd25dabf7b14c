package dev.millrace.feature.expression;

import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.millrace.schema.definition.Suggestion;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is wrong with an expression: in the words of definitions, where the compiler speaks of its own. */
record Diagnosis(String text, Collection<String> names, Collection<String> functions) {
    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']*)'.*", Pattern.DOTALL);
    private static final Pattern NO_OVERLOAD =
            Pattern.compile("found no matching overload for '([^']*)' applied to '\\(([^)]*)\\)'.*", Pattern.DOTALL);
    private static final Pattern WHOLE_NUMBER = Pattern.compile("(?<![\\w.\"'])[0-9]+(?![\\w.])");

    String of(CelValidationException e) {
        List<CelIssue> issues = e.getErrors();
        return "'" + text + "': "
                + issues.stream()
                        .map(issue -> said(issue.getMessage()))
                        .distinct()
                        .collect(Collectors.joining("; "));
    }

    private String said(String message) {
        Matcher undeclared = UNDECLARED.matcher(message);
        if (undeclared.matches()) {
            return missing(undeclared.group(1));
        }
        Matcher overload = NO_OVERLOAD.matcher(message);
        if (overload.matches()) {
            return unfit(
                    overload.group(1).replace("_", ""),
                    List.of(overload.group(2).split(", *")));
        }
        return message.replaceAll("\\s+", " ").strip();
    }

    private String missing(String name) {
        String quoted = Pattern.quote(name);
        if (has("\\b" + quoted + "\\s*\\(")) {
            return "there is no function '" + name + "'; " + Suggestion.among(name, functions);
        }
        Matcher dotted = Pattern.compile("\\b" + quoted + "(\\.\\w+)+").matcher(text);
        String whole = dotted.find() ? dotted.group() : name;
        String quotes = has("[=!]=\\s*" + quoted + "\\b") ? "a text is quoted, such as \"" + name + "\"; " : "";
        return "there is no '" + whole + "'; " + quotes + Suggestion.among(whole, names);
    }

    private boolean has(String pattern) {
        return Pattern.compile(pattern).matcher(text).find();
    }

    private String unfit(String operator, List<String> types) {
        String said = "'" + operator + "' does not take "
                + types.stream().map(Diagnosis::named).collect(Collectors.joining(" and "));
        if (types.containsAll(List.of("int", "double"))
                && WHOLE_NUMBER.matcher(text).find()) {
            return said + "; write numbers with a point, such as 10.0";
        }
        if (types.contains("string") && !types.stream().allMatch("string"::equals)) {
            return said + "; a text goes with a text, such as == \"a\"";
        }
        return said;
    }

    private static String named(String type) {
        return switch (type) {
            case "string" -> "a text";
            case "double" -> "a number";
            case "int" -> "a time or a number without a point";
            case "bool" -> "a condition";
            default -> type;
        };
    }
}
