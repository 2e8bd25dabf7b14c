package dev.millrace.prediction.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.prediction.web.Unavailable;
import dev.millrace.schema.event.InvalidEventException.Violation;
import dev.millrace.web.security.Refusal;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/**
 * What is wrong with a call, with the same codes as over HTTP: in the details, {@code google.rpc.ErrorInfo} has it as its
 * reason, and {@code google.rpc.BadRequest} names each field.
 */
public final class GrpcProblems {

    private static final String DOMAIN = "millrace";

    private GrpcProblems() {}

    /** The caller's fault. */
    public static StatusRuntimeException of(RequestException e) {
        BadRequest.Builder fields = BadRequest.newBuilder();
        for (Violation violation : e.violations()) {
            fields.addFieldViolations(FieldViolation.newBuilder()
                    .setField(violation.field())
                    .setReason(violation.code())
                    .setDescription(violation.message()));
        }
        Status.Builder status = status(code(e.status()), e.code(), String.valueOf(e.getMessage()));
        if (fields.getFieldViolationsCount() > 0) {
            status.addDetails(Any.pack(fields.build()));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }

    static StatusRuntimeException of(Refusal refusal) {
        return StatusProto.toStatusRuntimeException(
                status(code(refusal.status()), refusal.code(), refusal.detail()).build());
    }

    /** Nobody's fault who calls: later it may go well. */
    public static StatusRuntimeException of(Unavailable why) {
        return StatusProto.toStatusRuntimeException(
                status(Code.UNAVAILABLE, why.code(), why.detail()).build());
    }

    /** What nobody foresaw: the log has it, under the request's id. */
    public static StatusRuntimeException internal() {
        return StatusProto.toStatusRuntimeException(
                status(Code.INTERNAL, "internal", "The call failed; the service's log says why, by the request's id")
                        .build());
    }

    private static Status.Builder status(Code code, String reason, String detail) {
        return Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(detail)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason)
                        .setDomain(DOMAIN)
                        .build()));
    }

    private static Code code(int httpStatus) {
        return switch (httpStatus) {
            case 401 -> Code.UNAUTHENTICATED;
            case 403 -> Code.PERMISSION_DENIED;
            case 404 -> Code.NOT_FOUND;
            case 413 -> Code.RESOURCE_EXHAUSTED;
            default -> Code.INVALID_ARGUMENT;
        };
    }
}
