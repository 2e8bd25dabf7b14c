package dev.millrace.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerTests {

    @Test
    void onThisMachineEverybodyIsAnOperatorAndElsewhereNobodyIs() {
        assertThat(Caller.LOCAL.may(Role.OPERATOR)).isTrue();
        assertThat(Caller.ANYBODY.may(Role.OPERATOR)).isFalse();
        assertThat(Caller.NOBODY.may(Role.READER)).isFalse();
        assertThat(Caller.NOBODY.sees("parcels")).isFalse();
    }

    @Test
    void oneOfItsRolesIsEnough() {
        Caller caller = new Caller("ann", Set.of(Role.READER, Role.OPERATOR), Set.of("parcels"));
        assertThat(caller.may(Role.SCORER)).isTrue();
        assertThat(caller.may(Role.ADMIN)).isFalse();
        assertThat(caller.sees("parcels")).isTrue();
        assertThat(caller.sees("letters")).isFalse();
    }

    @Test
    void hasAnId() {
        assertThatThrownBy(() -> new Caller(" ", Set.of(), Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a caller has an id");
    }

    @Test
    void theProcessesKeyIsLongAndNotShown() {
        assertThat(new ProcessKey("X-Own", "0".repeat(32)).toString()).doesNotContain("000");
        assertThatThrownBy(() -> new ProcessKey("X-Own", "short"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a secret of at least 32 hexadecimal digits, but came 5 characters");
    }
}
