package dev.millrace.prediction.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.millrace.prediction.protocol.ServerLiveRequest;
import dev.millrace.prediction.protocol.ServerLiveResponse;
import dev.millrace.prediction.protocol.ServerReadyRequest;
import dev.millrace.prediction.scoring.InferenceService;
import dev.millrace.prediction.web.Admission;
import dev.millrace.web.RequestContexts;
import dev.millrace.web.security.Access;
import dev.millrace.web.security.SecuritySettings;
import io.grpc.BindableService;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GrpcServerTests {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Answers when it is let. */
    private static final class Held extends GRPCInferenceServiceImplBase {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch let = new CountDownLatch(1);

        @Override
        public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> answer) {
            begun.countDown();
            try {
                let.await();
            } catch (InterruptedException e) {
                answer.onError(Status.CANCELLED.asRuntimeException());
                return;
            }
            answer.onNext(ServerLiveResponse.newBuilder().setLive(true).build());
            answer.onCompleted();
        }
    }

    private static GrpcAccess open() {
        SecuritySettings.Jwt none = new SecuritySettings.Jwt(
                "", "", "", "", Duration.ofMinutes(5), List.of("RS256"), Duration.ZERO, "roles", "use_cases");
        SecuritySettings settings = new SecuritySettings(
                SecuritySettings.Mode.OFF, "127.0.0.1", List.of("parcels"), "", Duration.ofSeconds(5), none);
        return new GrpcAccess(
                new Access(settings, Clock.systemUTC()),
                InferenceService.rules(),
                new RequestContexts(() -> 7),
                new SimpleMeterRegistry());
    }

    private static GrpcServer started(BindableService service, int most) {
        GrpcServer server = new GrpcServer(
                new InetSocketAddress("127.0.0.1", 0),
                InsecureServerCredentials.create(),
                service,
                open(),
                most,
                new SimpleMeterRegistry());
        server.start();
        return server;
    }

    private static ManagedChannel caller(GrpcServer server) {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port(), InsecureChannelCredentials.create())
                .build();
    }

    /** Goes on after its answer until it is let. */
    private static final class Diligent extends GRPCInferenceServiceImplBase {
        private final CountDownLatch let = new CountDownLatch(1);
        private volatile boolean done;

        @Override
        public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> answer) {
            answer.onNext(ServerLiveResponse.newBuilder().setLive(true).build());
            answer.onCompleted();
            try {
                let.await();
                done = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void whatIsDoneAfterAnAnswerIsDoneBeforeItHasStopped() throws Exception {
        Diligent service = new Diligent();
        GrpcServer server = started(service, 100);
        ManagedChannel caller = caller(server);
        try {
            assertThat(GRPCInferenceServiceGrpc.newBlockingStub(caller)
                            .serverLive(ServerLiveRequest.getDefaultInstance())
                            .getLive())
                    .isTrue();
            Thread stopping = Thread.ofPlatform().start(server::stop);
            await().atMost(PATIENCE).until(() -> isRefused(caller));
            assertThat(stopping.isAlive()).isTrue();
            service.let.countDown();
            assertThat(stopping.join(PATIENCE)).isTrue();
            assertThat(service.done).isTrue();
        } finally {
            service.let.countDown();
            caller.shutdownNow();
            server.stop();
        }
    }

    /** Lets in whom the threads let in, and answers when it is let. */
    private static final class Admitting extends GRPCInferenceServiceImplBase {
        private final Admission admission = new Admission("any", 1_000, () -> 0, new SimpleMeterRegistry());
        private final CountDownLatch let = new CountDownLatch(1);

        @Override
        public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> answer) {
            if (!admission.enter()) {
                answer.onError(GrpcProblems.of(admission.full()));
                return;
            }
            try {
                let.await();
                answer.onNext(ServerLiveResponse.newBuilder().setLive(true).build());
                answer.onCompleted();
            } catch (InterruptedException e) {
                answer.onError(Status.CANCELLED.asRuntimeException());
            } finally {
                admission.leave();
            }
        }
    }

    @Test
    void whoComesWhenAsManyWaitAsMayIsTurnedAway() throws Exception {
        int most = 3;
        int calls = 50;
        Admitting service = new Admitting();
        GrpcServer server = started(service, most);
        ManagedChannel caller = caller(server);
        try {
            List<ListenableFuture<ServerLiveResponse>> answers = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                answers.add(GRPCInferenceServiceGrpc.newFutureStub(caller)
                        .serverLive(ServerLiveRequest.getDefaultInstance()));
            }
            await().atMost(PATIENCE)
                    .until(() -> answers.stream().filter(Future::isDone).count() >= calls - most);
            service.let.countDown();
            int answered = 0;
            for (ListenableFuture<ServerLiveResponse> answer : answers) {
                try {
                    assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                    .getLive())
                            .isTrue();
                    answered++;
                } catch (ExecutionException e) {
                    assertThat(Status.fromThrowable(e.getCause()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                }
            }
            assertThat(answered).isBetween(1, most);
        } finally {
            service.let.countDown();
            caller.shutdownNow();
            server.stop();
        }
    }

    @Test
    void whatHasBegunIsAnsweredBeforeItStopsAndNothingNewIsTaken() throws Exception {
        Held service = new Held();
        GrpcServer server = started(service, 100);
        ManagedChannel caller = caller(server);
        try {
            ListenableFuture<ServerLiveResponse> answer =
                    GRPCInferenceServiceGrpc.newFutureStub(caller).serverLive(ServerLiveRequest.getDefaultInstance());
            assertThat(service.begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            Thread stopping = Thread.ofPlatform().start(server::stop);
            await().atMost(PATIENCE).until(() -> isRefused(caller));
            assertThat(answer.isDone()).isFalse();
            service.let.countDown();
            assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).getLive())
                    .isTrue();
            assertThat(stopping.join(PATIENCE)).isTrue();
            assertThat(server.isRunning()).isFalse();
        } finally {
            service.let.countDown();
            caller.shutdownNow();
            server.stop();
        }
    }

    /** Asks for what the service does not do, which it says while it takes calls. */
    private static boolean isRefused(ManagedChannel caller) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> {
            var unused = GRPCInferenceServiceGrpc.newBlockingStub(caller)
                    .serverReady(ServerReadyRequest.getDefaultInstance());
        });
        return failure.getStatus().getCode() == Status.Code.UNAVAILABLE;
    }
}
