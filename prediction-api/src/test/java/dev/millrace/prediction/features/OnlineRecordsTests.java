package dev.millrace.prediction.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.feature.View;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.Served;
import dev.millrace.prediction.Parcels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A large record lies in two places, which are not written at the moment they are read. */
class OnlineRecordsTests {

    private static final View VIEW = Parcels.ENGINE.views().stream()
            .filter(view -> !view.isTumbling())
            .findFirst()
            .orElseThrow();
    private static final byte[] FIRST = {1};
    private static final byte[] KEY = {2};
    private static final long START = 1_700_000_000_000L;
    private static final int YOUNG = 200;

    private final OnlineRecords records = new OnlineRecords();
    private final List<Integer> asked = new ArrayList<>();
    private LayeredBlock block;
    private int folded;
    private Map<byte[], byte[]> young;
    private Map<byte[], byte[]> older;

    @BeforeEach
    void fill() {
        block = VIEW.shape().emptyLayers(YOUNG);
        write(60);
    }

    private void write(int events) {
        for (int i = 0; i < events; i++, folded++) {
            block.fold(new ProjectedEvent(START + folded * 1_000L, folded, 0, new long[VIEW.inputs()]));
            block.toBytes();
        }
        Served served = Served.all(block);
        long id = LayeredBlock.olderId(served.young()).orElseThrow();
        young = Map.of(OnlineKeys.BLOCK, served.young());
        older = Map.of(OnlineKeys.olderField(id), served.older().orElseThrow());
    }

    /** Redis: the first read is of the records, one of a single key of the older blocks. */
    private List<Map<byte[], byte[]>> answer(List<byte[]> keys) {
        asked.add(keys.size());
        return keys.size() == 1 ? List.of(older) : List.of(Map.of(), young);
    }

    private Block read(OnlineRecords.Hashes source) throws StoreUnavailableException {
        return records.read(FIRST, List.of(new OnlineRecords.Wanted(KEY, VIEW)), source)
                .records()
                .getFirst()
                .block();
    }

    private void assertReadsAll(Block read) {
        assertThat(VIEW.read(read, block.newest())).isEqualTo(VIEW.read(block.whole(), block.newest()));
    }

    @Test
    void theOlderBlockIsAskedForOnceForAsLongAsItStays() throws Exception {
        assertReadsAll(read(this::answer));
        assertReadsAll(read(this::answer));
        assertThat(asked).containsExactly(2, 1, 2);
        write(60);
        assertReadsAll(read(this::answer));
        assertThat(asked).containsExactly(2, 1, 2, 2, 1);
    }

    @Test
    void aRecordThatIsWrittenBetweenTheTwoIsReadAgain() throws Exception {
        Map<byte[], byte[]> before = young;
        write(60);
        Block read = read(keys -> {
            boolean outdated = asked.isEmpty();
            List<Map<byte[], byte[]>> now = answer(keys);
            return outdated ? List.of(Map.of(), before) : now;
        });
        assertReadsAll(read);
        assertThat(asked).containsExactly(2, 1, 2, 1);
    }

    /** Folded again from nothing: as many older blocks were written, of other events. */
    @Test
    void aRecordThatWasBegunAnewIsNotTakenForTheFormerOne() throws Exception {
        assertReadsAll(read(this::answer));
        block = VIEW.shape().emptyLayers(YOUNG);
        write(60);
        assertReadsAll(read(this::answer));
        assertThat(asked).containsExactly(2, 1, 2, 1);
    }

    @Test
    void anOlderBlockThatIsGoneIsAnError() {
        older = Map.of();
        assertThatThrownBy(() -> read(this::answer))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("large records changed each time they were read");
    }
}
