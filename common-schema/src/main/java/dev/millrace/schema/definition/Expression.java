package dev.millrace.schema.definition;

/**
 * An expression as written. Its meaning and type are checked by the feature engine.
 *
 * @param text in the expression language (CEL)
 */
public record Expression(String text, Location at) {}
