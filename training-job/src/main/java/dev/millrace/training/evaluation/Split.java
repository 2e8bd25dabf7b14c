package dev.millrace.training.evaluation;

/** Indices of the rows to train on and of the later rows to test on, each in the order of time. */
public record Split(int[] train, int[] test) {}
