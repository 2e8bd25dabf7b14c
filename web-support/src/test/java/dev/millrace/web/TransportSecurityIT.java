package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A service over HTTPS with a certificate of its own making. */
@Timeout(60)
class TransportSecurityIT {
    private static final char[] PASSWORD = "for tests".toCharArray();

    @TempDir
    private Path folder;

    /** Writes a new key and its certificate as PEM files, and says which certificate it is. */
    private Certificate certify(String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "service",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS) && keytool.exitValue() == 0)
                .as(said)
                .isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        Certificate certificate = keys.getCertificate("service");
        Key key = keys.getKey("service", PASSWORD);
        write("key.pem", "PRIVATE KEY", key.getEncoded());
        write("certificate.pem", "CERTIFICATE", certificate.getEncoded());
        return certificate;
    }

    private void write(String file, String what, byte[] content) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                        + what + "-----\n");
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext from, Certificate trusted) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("service", trusted);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
            URI uri = URI.create(
                    "https://127.0.0.1:" + from.getEnvironment().getProperty("local.server.port") + "/health");
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        }
    }

    @Test
    void speaksHttpsAndTakesANewCertificateWithoutARestart() throws Exception {
        Certificate first = certify("first");
        try (ConfigurableApplicationContext service = new SpringApplicationBuilder(SecuredService.class)
                .run(
                        "--server.address=127.0.0.1",
                        "--server.port=0",
                        "--MILLRACE_TLS_CERTIFICATE=" + folder.resolve("certificate.pem"),
                        "--MILLRACE_TLS_KEY=" + folder.resolve("key.pem"),
                        "--spring.ssl.bundle.watch.file.quiet-period=100ms")) {
            assertThat(get(service, first).statusCode()).isEqualTo(200);
            Certificate second = certify("second");
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(
                            () -> assertThat(get(service, second).statusCode()).isEqualTo(200));
            assertThatThrownBy(() -> get(service, first)).isInstanceOf(SSLHandshakeException.class);
        }
    }
}
