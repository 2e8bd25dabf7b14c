package dev.millrace.training.evaluation;

/** Rows with scores in {@code [from, to)}: how many, their mean score, and which share of them is positive. */
public record CalibrationBin(double from, double to, long rows, double meanScore, double positiveShare) {}
