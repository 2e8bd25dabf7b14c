package dev.millrace.prediction.model;

/** Why something is less than it should be: a stable code and a sentence. */
public record Reason(String code, String detail) {}
