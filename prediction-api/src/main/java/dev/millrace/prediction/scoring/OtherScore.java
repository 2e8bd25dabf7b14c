package dev.millrace.prediction.scoring;

/** What a version that did not answer says of the same event, seen at the same moment. */
public record OtherScore(Origin origin, Verdict verdict) {}
