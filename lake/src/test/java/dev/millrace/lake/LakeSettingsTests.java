package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LakeSettingsTests {
    private static final Map<String, String> LEAST =
            Map.of("S3_BUCKET_PROCESSED", "processed", "POSTGRES_PASSWORD", "secret");

    @Test
    void withoutABucketThereIsNoLake() {
        assertThat(LakeSettings.from(Map.of("POSTGRES_PASSWORD", "secret"))).isEmpty();
    }

    @Test
    void hasDefaultsForOneMachineAndForAmazon() {
        assertThat(LakeSettings.from(LEAST))
                .contains(new LakeSettings(
                        "jdbc:postgresql://127.0.0.1:5432/millrace",
                        "millrace",
                        "secret",
                        "processed",
                        "",
                        "",
                        "",
                        "us-east-1"));
    }

    @Test
    void everySettingCanBeChanged() {
        Map<String, String> all = new HashMap<>(LEAST);
        all.put("POSTGRES_URL", "a");
        all.put("POSTGRES_USER", "b");
        all.put("S3_ENDPOINT", "http://c");
        all.put("AWS_ACCESS_KEY_ID", "d");
        all.put("AWS_SECRET_ACCESS_KEY", "e");
        all.put("AWS_REGION", "f");
        assertThat(LakeSettings.from(all))
                .contains(new LakeSettings("a", "b", "secret", "processed", "http://c", "d", "e", "f"));
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> LakeSettings.from(Map.of("S3_BUCKET_PROCESSED", "processed", "S3_ENDPOINT", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                        The configuration of the lake is wrong:
                          set POSTGRES_PASSWORD to the password of POSTGRES_USER
                          S3_ENDPOINT is a URL such as http://127.0.0.1:9000; found 'x'""");
    }

    @Test
    void doesNotShowItsSecrets() {
        LakeSettings settings = new LakeSettings("url", "user", "hidden", "b", "", "hidden", "hidden", "r");
        assertThat(settings.toString()).contains("url", "user").doesNotContain("hidden");
    }
}
