package dev.millrace.prediction;

import dev.millrace.prediction.grpc.GrpcAccess;
import dev.millrace.prediction.grpc.GrpcServer;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.scoring.Endpoints;
import dev.millrace.prediction.scoring.InferenceService;
import dev.millrace.prediction.scoring.Readiness;
import dev.millrace.prediction.web.Admission;
import dev.millrace.prediction.web.LargeBodies;
import dev.millrace.web.RequestContexts;
import dev.millrace.web.security.Access;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The service over gRPC, where a port is named for it. */
@Configuration(proxyBeanMethods = false)
@Conditional(GrpcSupport.PortIsNamed.class)
class GrpcSupport {

    /** Seconds between looks at the certificate's files. */
    private static final int CERTIFICATE_LOOKS = 10;

    static final class PortIsNamed implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return !context.getEnvironment()
                    .getProperty("millrace.grpc-port", "")
                    .isBlank();
        }
    }

    @Bean
    GrpcAccess grpcAccess(Access access, RequestContexts contexts, MeterRegistry meters) {
        return new GrpcAccess(access, InferenceService.rules(), contexts, meters);
    }

    @Bean
    InferenceService inferenceService(
            Endpoints endpoints, FollowedModels models, Readiness readiness, Admission admission, LargeBodies large) {
        return new InferenceService(endpoints, models, readiness, admission, large);
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService certificateReader() {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("grpc-certificate").daemon().factory());
    }

    /** The same certificate as over HTTP, and as that read anew when the files change. */
    @Bean
    ServerCredentials grpcCredentials(
            @Value("${MILLRACE_TLS_CERTIFICATE:}") String certificate,
            @Value("${MILLRACE_TLS_KEY:}") String key,
            ScheduledExecutorService certificateReader)
            throws IOException, GeneralSecurityException {
        if (certificate.isBlank()) {
            return InsecureServerCredentials.create();
        }
        AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
        var unused = keys.updateIdentityCredentials(
                new File(certificate), new File(key), CERTIFICATE_LOOKS, TimeUnit.SECONDS, certificateReader);
        return TlsServerCredentials.newBuilder().keyManager(keys).build();
    }

    @Bean
    GrpcServer grpcServer(
            PredictionSettings settings,
            @Value("${server.address}") String address,
            ServerCredentials credentials,
            InferenceService service,
            GrpcAccess access,
            MeterRegistry meters) {
        int port = Objects.requireNonNull(settings.grpcPort(), "a condition of this class");
        return new GrpcServer(
                new InetSocketAddress(address, port),
                credentials,
                service,
                access,
                settings.concurrentRequests(),
                meters);
    }
}
