/** The feature engine: its kernels, its sizes, and itself inside Spark beside what others bring for the same work. */
@NullMarked
package dev.millrace.bench.features;

import org.jspecify.annotations.NullMarked;
