package dev.millrace.prediction.features;

import dev.millrace.feature.View;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.CorruptBlockException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Records as they are stored: in one round trip, and in a second one for the older blocks of large ones that have changed since
 * they were read last.
 */
final class OnlineRecords {
    /** A large record that is written anew between the two is read again. */
    private static final int ATTEMPTS = 3;

    private final OlderBlocks known = new OlderBlocks();

    /** One record that is asked for. */
    record Wanted(byte[] key, View view) {}

    /** How hashes are read. */
    @FunctionalInterface
    interface Hashes {
        List<Map<byte[], byte[]>> of(List<byte[]> keys) throws StoreUnavailableException;
    }

    /**
     * @param first one more hash that is read with the records
     * @throws StoreUnavailableException when they cannot be had
     * @throws CorruptBlockException when they are no records of the views
     */
    Found read(byte[] first, List<Wanted> wanted, Hashes source) throws StoreUnavailableException {
        List<byte[]> keys = new ArrayList<>();
        keys.add(first);
        wanted.forEach(each -> keys.add(each.key()));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            List<Map<byte[], byte[]>> hashes = source.of(keys);
            Map<Integer, Block> older = new HashMap<>();
            if (addOlder(wanted, hashes.subList(1, hashes.size()), source, older)) {
                List<OnlineRecord> records = new ArrayList<>();
                for (int i = 0; i < wanted.size(); i++) {
                    Block own = older.get(i);
                    records.add(OnlineRecord.read(
                            wanted.get(i).view(), hashes.get(i + 1).entrySet(), () -> present(own)));
                }
                return new Found(hashes.getFirst(), records);
            }
        }
        throw new StoreUnavailableException("large records changed each time they were read");
    }

    /** What one reading gave. */
    record Found(Map<byte[], byte[]> first, List<OnlineRecord> records) {}

    private static Block present(@Nullable Block older) {
        if (older == null) {
            throw new CorruptBlockException("Expected no older block to be asked for");
        }
        return older;
    }

    /** False when one of them is not there that its record names. */
    private boolean addOlder(
            List<Wanted> wanted, List<Map<byte[], byte[]>> hashes, Hashes source, Map<Integer, Block> older)
            throws StoreUnavailableException {
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            OptionalLong id = OnlineRecord.olderId(hashes.get(i));
            if (id.isPresent()) {
                Block block = known.of(wanted.get(i).key(), id.getAsLong());
                if (block == null) {
                    missing.add(i);
                } else {
                    older.put(i, block);
                }
            }
        }
        if (missing.isEmpty()) {
            return true;
        }
        List<Map<byte[], byte[]>> found = source.of(
                missing.stream().map(i -> OnlineKeys.older(wanted.get(i).key())).toList());
        for (int i = 0; i < missing.size(); i++) {
            Wanted each = wanted.get(missing.get(i));
            long id = OnlineRecord.olderId(hashes.get(missing.get(i))).orElseThrow();
            byte[] bytes = field(found.get(i), OnlineKeys.olderField(id));
            if (bytes == null) {
                return false;
            }
            Block block = each.view().shape().read(bytes);
            known.put(each.key(), id, block, bytes.length);
            older.put(missing.get(i), block);
        }
        return true;
    }

    private static byte @Nullable [] field(Map<byte[], byte[]> hash, byte[] name) {
        return hash.entrySet().stream()
                .filter(field -> Arrays.equals(field.getKey(), name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
