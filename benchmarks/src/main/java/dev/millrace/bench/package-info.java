/** The whole platform, measured as a user has it; and how figures are told. */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
