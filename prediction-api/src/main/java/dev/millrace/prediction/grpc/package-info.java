/** The same service over gRPC: where it listens, who may call what, and how it says what is wrong. */
@NullMarked
package dev.millrace.prediction.grpc;

import org.jspecify.annotations.NullMarked;
