package dev.millrace.prediction.grpc;

import dev.millrace.web.RequestContext;
import dev.millrace.web.RequestContexts;
import dev.millrace.web.security.Access;
import dev.millrace.web.security.Caller;
import dev.millrace.web.security.Rule;
import dev.millrace.web.security.Verdict;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Before every call: lets it through when its method's rule allows it for its caller, and gives it its {@link Caller} and its
 * {@link RequestContext}, as the services' filters do over HTTP. Every method
 * has a rule.
 */
public final class GrpcAccess implements ServerInterceptor {

    private static final Context.Key<Caller> CALLER = Context.key("caller");
    private static final Context.Key<RequestContext> REQUEST = Context.key("request");
    private static final Metadata.Key<String> REQUEST_ID = key(RequestContext.REQUEST_ID_HEADER);
    private static final Metadata.Key<String> TRACE_PARENT = key(RequestContext.TRACE_PARENT_HEADER);

    private final Access access;
    private final Map<String, Rule> rules;
    private final RequestContexts contexts;
    private final MeterRegistry meters;

    /** @param rules by the method's full name, such as {@code inference.GRPCInferenceService/ModelInfer} */
    public GrpcAccess(Access access, Map<String, Rule> rules, RequestContexts contexts, MeterRegistry meters) {
        this.access = access;
        this.rules = Map.copyOf(rules);
        this.contexts = contexts;
        this.meters = meters;
    }

    private static Metadata.Key<String> key(String header) {
        return Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** Whoever makes the call that this thread works on. */
    public static Caller caller() {
        return here(CALLER);
    }

    /** What that call is named by. */
    public static RequestContext request() {
        return here(REQUEST);
    }

    private static <T> T here(Context.Key<T> key) {
        T value = key.get();
        if (value == null) {
            throw new IllegalStateException("the call has no " + key + ": it did not pass this interceptor");
        }
        return value;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        RequestContext request = contexts.of(headers.get(REQUEST_ID), headers.get(TRACE_PARENT));
        ServerCall<Q, A> named = new Named<>(call, request);
        Rule rule = Objects.requireNonNull(
                rules.get(call.getMethodDescriptor().getFullMethodName()), "requireRules() asks for every method's");
        return switch (access.verdict(rule, name -> values(headers, name))) {
            case Verdict.Let(Caller caller) ->
                Contexts.interceptCall(
                        Context.current().withValue(CALLER, caller).withValue(REQUEST, request), named, headers, next);
            case Verdict.Refuse(var refusal) -> {
                meters.counter("requests_refused_total", "code", refusal.code()).increment();
                StatusRuntimeException problem = GrpcProblems.of(refusal);
                named.close(problem.getStatus(), Objects.requireNonNullElseGet(problem.getTrailers(), Metadata::new));
                yield new ServerCall.Listener<>() {};
            }
        };
    }

    private static Iterator<String> values(Metadata headers, String name) {
        Iterable<String> values = headers.getAll(key(name));
        return values == null ? Collections.emptyIterator() : values.iterator();
    }

    /** @throws IllegalStateException when a method of the service has no rule */
    void requireRules(ServerServiceDefinition service) {
        List<String> without = service.getMethods().stream()
                .map(method -> method.getMethodDescriptor().getFullMethodName())
                .filter(method -> !rules.containsKey(method))
                .toList();
        if (!without.isEmpty()) {
            throw new IllegalStateException("say who may call " + without);
        }
    }

    /** Says in the answer what the call is named by, however it ends. */
    private static final class Named<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final RequestContext request;
        private boolean said;

        private Named(ServerCall<Q, A> call, RequestContext request) {
            super(call);
            this.request = request;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            headers.put(REQUEST_ID, request.requestId());
            said = true;
            super.sendHeaders(headers);
        }

        @Override
        public void close(Status status, @Nullable Metadata trailers) {
            Metadata last = trailers == null ? new Metadata() : trailers;
            if (!said) {
                last.put(REQUEST_ID, request.requestId());
            }
            super.close(status, last);
        }
    }
}
