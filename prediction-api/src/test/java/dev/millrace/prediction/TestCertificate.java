package dev.millrace.prediction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A key of its own and its certificate for 127.0.0.1, as PEM files. */
record TestCertificate(Path certificate, Path key) {

    private static final String SECRET = "changeit";

    static TestCertificate in(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "service",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=service",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        SECRET)
                .inheritIO()
                .start();
        if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool failed");
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), SECRET.toCharArray());
        return new TestCertificate(
                pem(folder, "CERTIFICATE", keys.getCertificate("service").getEncoded()),
                pem(
                        folder,
                        "PRIVATE KEY",
                        keys.getKey("service", SECRET.toCharArray()).getEncoded()));
    }

    private static Path pem(Path folder, String what, byte[] encoded) throws IOException {
        return Files.writeString(
                folder.resolve(what.toLowerCase(Locale.ROOT).replace(' ', '-') + ".pem"),
                "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(encoded)));
    }
}
