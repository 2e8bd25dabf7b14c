package dev.millrace.prediction.scoring;

import dev.millrace.prediction.grpc.GrpcAccess;
import dev.millrace.prediction.grpc.GrpcProblems;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.millrace.prediction.protocol.ModelInferRequest;
import dev.millrace.prediction.protocol.ModelInferResponse;
import dev.millrace.prediction.protocol.ModelMetadataRequest;
import dev.millrace.prediction.protocol.ModelMetadataResponse;
import dev.millrace.prediction.protocol.ModelMetadataResponse.TensorMetadata;
import dev.millrace.prediction.protocol.ModelReadyRequest;
import dev.millrace.prediction.protocol.ModelReadyResponse;
import dev.millrace.prediction.protocol.ServerLiveRequest;
import dev.millrace.prediction.protocol.ServerLiveResponse;
import dev.millrace.prediction.protocol.ServerMetadataRequest;
import dev.millrace.prediction.protocol.ServerMetadataResponse;
import dev.millrace.prediction.protocol.ServerReadyRequest;
import dev.millrace.prediction.protocol.ServerReadyResponse;
import dev.millrace.prediction.web.Admission;
import dev.millrace.prediction.web.LargeBodies;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.web.RequestContext;
import dev.millrace.web.security.Role;
import dev.millrace.web.security.Rule;
import dev.millrace.web.security.Scope;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC form of the
 * <a href="https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_grpc.md">Open Inference
 * Protocol</a>: up to {@value BatchServlet#MOST_ROWS} events a request. What its REST form answers with a status is here an
 * error of {@link GrpcProblems}. The service chooses the version of a model: a request names none.
 */
public final class InferenceService extends GRPCInferenceServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(InferenceService.class);

    private static final Rule OPEN = new Rule.Open();
    private static final Rule READER = new Rule.Needs(Role.READER, new Scope.Process());
    private static final Rule SCORER = new Rule.Needs(Role.SCORER, new Scope.Process());

    private final Endpoints endpoints;
    private final FollowedModels models;
    private final Readiness readiness;
    private final Admission admission;
    private final LargeBodies large;

    public InferenceService(
            Endpoints endpoints, FollowedModels models, Readiness readiness, Admission admission, LargeBodies large) {
        this.endpoints = endpoints;
        this.models = models;
        this.readiness = readiness;
        this.admission = admission;
        this.large = large;
    }

    /** Who may call each method; whose a model is, each call itself looks at. */
    public static Map<String, Rule> rules() {
        return Map.of(
                name(GRPCInferenceServiceGrpc.getServerLiveMethod()), OPEN,
                name(GRPCInferenceServiceGrpc.getServerReadyMethod()), OPEN,
                name(GRPCInferenceServiceGrpc.getServerMetadataMethod()), READER,
                name(GRPCInferenceServiceGrpc.getModelReadyMethod()), READER,
                name(GRPCInferenceServiceGrpc.getModelMetadataMethod()), READER,
                name(GRPCInferenceServiceGrpc.getModelInferMethod()), SCORER);
    }

    private static String name(MethodDescriptor<?, ?> method) {
        return method.getFullMethodName();
    }

    @FunctionalInterface
    private interface Call<A> {
        A answer() throws RequestException;
    }

    private static <A> void answer(StreamObserver<A> caller, Call<A> call) {
        try (RequestContext.Logged logged = GrpcAccess.request().inLog()) {
            try {
                caller.onNext(call.answer());
                caller.onCompleted();
            } catch (RequestException e) {
                caller.onError(GrpcProblems.of(e));
            } catch (StatusRuntimeException e) {
                caller.onError(e);
            } catch (RuntimeException e) {
                LOG.error("a call failed", e);
                caller.onError(GrpcProblems.internal());
            }
        }
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> caller) {
        answer(caller, () -> ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> caller) {
        answer(
                caller,
                () -> ServerReadyResponse.newBuilder()
                        .setReady(readiness.isReady())
                        .build());
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> caller) {
        answer(
                caller,
                () -> ServerMetadataResponse.newBuilder()
                        .setName(InferenceProtocol.SERVER)
                        .setVersion(InferenceProtocol.version())
                        .build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> caller) {
        answer(
                caller,
                () -> ModelReadyResponse.newBuilder()
                        .setReady(readiness.isReady(endpoint(request.getName(), request.getVersion())
                                .name()))
                        .build());
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> caller) {
        answer(caller, () -> {
            Endpoint endpoint = endpoint(request.getName(), request.getVersion());
            Tensors tensors = endpoint.tensors();
            ModelMetadataResponse.Builder metadata =
                    ModelMetadataResponse.newBuilder().setName(endpoint.name()).setPlatform(InferenceProtocol.SERVER);
            models.served(endpoint.name()).map(ServedModel::version).ifPresent(metadata::addVersions);
            tensors.inputs().forEach((name, type) -> metadata.addInputs(tensor(name, type)));
            tensors.outputs().forEach(output -> metadata.addOutputs(tensor(output.name(), Tensors.type(output))));
            return metadata.build();
        });
    }

    private static TensorMetadata tensor(String name, String type) {
        return TensorMetadata.newBuilder()
                .setName(name)
                .setDatatype(type)
                .addShape(InferenceProtocol.ANY_NUMBER)
                .build();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> caller) {
        List<Runnable> later = new ArrayList<>();
        answer(caller, () -> {
            if (!admission.enter()) {
                throw GrpcProblems.of(admission.full());
            }
            try {
                return inPlace(request, later);
            } finally {
                admission.leave();
            }
        });
        later.forEach(Runnable::run);
    }

    private ModelInferResponse inPlace(ModelInferRequest request, List<Runnable> later) throws RequestException {
        int bytes = request.getSerializedSize();
        if (!large.enter(bytes)) {
            throw GrpcProblems.of(large.full());
        }
        try {
            if (!large.begin(bytes)) {
                throw GrpcProblems.of(large.full());
            }
            try {
                return inferred(request, later);
            } finally {
                large.end(bytes);
            }
        } finally {
            large.leave(bytes);
        }
    }

    private ModelInferResponse inferred(ModelInferRequest request, List<Runnable> later) throws RequestException {
        Endpoint endpoint = endpoint(request.getModelName(), request.getModelVersion());
        RequestContext context = GrpcAccess.request();
        Optional<Inferred> found = endpoint.infer(
                TensorMessages.request(request, endpoint.tensors().inputs().keySet()), context, later);
        if (found.isEmpty()) {
            throw GrpcProblems.of(endpoint.unanswered());
        }
        String id = request.getId().isEmpty() ? context.requestId() : request.getId();
        return TensorMessages.response(request, endpoint.name(), id, found.get());
    }

    private Endpoint endpoint(String model, String version) throws RequestException {
        Endpoint endpoint = endpoints.endpoint(model, GrpcAccess.caller());
        if (!version.isEmpty()) {
            throw RequestException.malformed(
                    "expected no version of %s: the service chooses it by the registry's aliases, but came '%s'"
                            .formatted(model, version));
        }
        return endpoint;
    }
}
