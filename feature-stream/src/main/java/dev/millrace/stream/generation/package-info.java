/** Generations of the exact lane's query: what each started from, and how a new one is made from the lake. */
@NullMarked
package dev.millrace.stream.generation;

import org.jspecify.annotations.NullMarked;
