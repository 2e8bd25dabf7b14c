package dev.millrace.training.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.training.mlflow.MlflowException.Code;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Files of runs, through the tracking server's proxy: a client needs no access to the store behind it. */
public final class Artifacts {

    private static final String API = "/api/2.0/mlflow-artifacts/artifacts";
    private static final String SCHEME = "mlflow-artifacts:/";

    private final MlflowHttp http;

    public Artifacts(URI server, Duration timeout) {
        this.http = new MlflowHttp(server, timeout);
    }

    /** Writes a file below {@code root}, which is a run's artifact URI or a folder in it. */
    public void upload(String root, String path, byte[] content) {
        http.put(API + "/" + located(root, path), content);
    }

    /**
     * Reads a file.
     *
     * @throws MlflowException when there is no such file ({@link Code#NOT_FOUND})
     */
    public byte[] download(String root, String path) {
        return http.bytes(API + "/" + located(root, path));
    }

    /** The paths, relative to {@code root}, of all files below it, in order. */
    public List<String> list(String root) {
        List<String> files = new ArrayList<>();
        collect(folder(root), "", files);
        files.sort(null);
        return files;
    }

    private void collect(String folder, String prefix, List<String> files) {
        for (JsonNode file : http.get(API, Map.of("path", folder)).path("files")) {
            String name = file.path("path").asText();
            String path = prefix + name.substring(name.lastIndexOf('/') + 1);
            if (file.path("is_dir").asBoolean()) {
                collect(folder + "/" + name.substring(name.lastIndexOf('/') + 1), path + "/", files);
            } else {
                files.add(path);
            }
        }
    }

    private static String located(String root, String path) {
        return MlflowHttp.encodedPath(folder(root) + "/" + path);
    }

    private static String folder(String root) {
        if (!root.startsWith(SCHEME)) {
            throw new MlflowException(
                    Code.REFUSED,
                    "artifacts of " + root,
                    "expected a URI that begins with " + SCHEME + ": start the server with --serve-artifacts");
        }
        // mlflow-artifacts:/path, or with the server's authority: mlflow-artifacts://host/path
        return URI.create(root).getPath().replaceAll("^/+|/+$", "");
    }
}
