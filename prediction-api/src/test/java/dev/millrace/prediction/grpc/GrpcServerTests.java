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
import dev.millrace.web.RequestContexts;
import dev.millrace.web.security.Access;
import dev.millrace.web.security.SecuritySettings;
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
import java.util.List;
import java.util.concurrent.CountDownLatch;
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

    @Test
    void whatHasBegunIsAnsweredBeforeItStopsAndNothingNewIsTaken() throws Exception {
        Held service = new Held();
        GrpcServer server = new GrpcServer(
                new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create(), service, open());
        server.start();
        ManagedChannel caller = NettyChannelBuilder.forAddress(
                        "127.0.0.1", server.port(), InsecureChannelCredentials.create())
                .build();
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
