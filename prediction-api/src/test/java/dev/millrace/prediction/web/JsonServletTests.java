package dev.millrace.prediction.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class JsonServletTests {

    /** Goes on after its answer until it is let. */
    private static final class Diligent extends JsonServlet {
        private static final long serialVersionUID = 1L;

        private final transient CountDownLatch let = new CountDownLatch(1);

        private Diligent() {
            super(
                    new Admission("any", 10, () -> 0, new SimpleMeterRegistry()),
                    new LargeBodies(new SimpleMeterRegistry()),
                    Json.Errors.PROBLEM);
        }

        @Override
        protected void answer(HttpServletRequest request, byte[] body, HttpServletResponse response)
                throws IOException {
            Json.write(response, "{\"score\":1}".getBytes(StandardCharsets.UTF_8));
            try {
                let.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void anAnswerIsSentBeforeWhatIsDoneAfterIt(@TempDir Path folder) throws Exception {
        Diligent diligent = new Diligent();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(context, "diligent", diligent);
        context.addServletMappingDecoded("/score", "diligent");
        tomcat.getConnector();
        tomcat.start();
        try {
            int port = tomcat.getConnector().getLocalPort();
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/score"))
                                    .POST(BodyPublishers.ofString("{}"))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("{\"score\":1}");
            assertThat(diligent.let.getCount()).isEqualTo(1);
        } finally {
            diligent.let.countDown();
            tomcat.stop();
            tomcat.destroy();
        }
    }
}
