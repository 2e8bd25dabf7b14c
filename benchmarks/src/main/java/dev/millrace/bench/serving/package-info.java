/** The prediction API under load, beside its peers. */
@NullMarked
package dev.millrace.bench.serving;

import org.jspecify.annotations.NullMarked;
