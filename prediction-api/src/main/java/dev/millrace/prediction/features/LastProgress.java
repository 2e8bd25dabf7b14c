package dev.millrace.prediction.features;

import dev.millrace.feature.online.Progress;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/**
 * How far the stream of one use case has read, from fields that are read with every answer and written anew about once a second: the same fields
 * are not made sense of twice. Thread-safe.
 */
final class LastProgress {
    private volatile Known known = new Known(Map.of());

    private static final class Known {
        private final Map<byte[], byte[]> fields;
        private final Progress progress;

        Known(Map<byte[], byte[]> fields) {
            this.fields = fields;
            this.progress = Progress.fromFields(fields.entrySet());
        }

        /** In the same order, too: another one is only read again. */
        boolean isOf(Map<byte[], byte[]> others) {
            if (fields.size() != others.size()) {
                return false;
            }
            Iterator<Map.Entry<byte[], byte[]>> next = others.entrySet().iterator();
            for (Map.Entry<byte[], byte[]> field : fields.entrySet()) {
                Map.Entry<byte[], byte[]> other = next.next();
                if (!Arrays.equals(field.getKey(), other.getKey())
                        || !Arrays.equals(field.getValue(), other.getValue())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** @param fields as Redis has them now */
    Progress of(Map<byte[], byte[]> fields) {
        Known last = known;
        if (!last.isOf(fields)) {
            last = new Known(fields);
            known = last;
        }
        return last.progress;
    }
}
