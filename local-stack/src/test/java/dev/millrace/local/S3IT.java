package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.server.Server;
import java.net.URI;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3IT extends ServerContract {

    S3IT() {
        super(Server.S3);
    }

    @Test
    void refusesAWrongKey() {
        try (S3Client client = client("wrong")) {
            assertThatThrownBy(client::listBuckets)
                    .isInstanceOf(S3Exception.class)
                    .hasMessageContaining("403");
        }
    }

    @Override
    void write(String key, String value) {
        try (S3Client client = client(stack.s3().secretKey())) {
            client.createBucket(request -> request.bucket("bucket-" + key));
            client.putObject(
                    request -> request.bucket("bucket-" + key).key("a/folder/" + key), RequestBody.fromString(value));
        }
    }

    @Override
    String read(String key) {
        try (S3Client client = client(stack.s3().secretKey())) {
            return client.getObjectAsBytes(
                            request -> request.bucket("bucket-" + key).key("a/folder/" + key))
                    .asUtf8String();
        }
    }

    private S3Client client(String secretKey) {
        var settings = stack.s3();
        return S3Client.builder()
                .endpointOverride(URI.create(settings.endpoint()))
                .region(Region.of(settings.region()))
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(settings.accessKey(), secretKey)))
                .build();
    }
}
