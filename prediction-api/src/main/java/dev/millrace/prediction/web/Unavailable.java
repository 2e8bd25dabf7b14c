package dev.millrace.prediction.web;

/**
 * Why a request cannot be answered now: not the caller's fault, and later it may be.
 *
 * @param code stable
 */
public record Unavailable(String code, String detail) {}
