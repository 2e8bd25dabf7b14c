package dev.millrace.prediction.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.Model.Binding;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.online.Progress;
import dev.millrace.prediction.Parcels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreshnessTests {

    private final Freshness freshness = new Freshness(Parcels.ENGINE.useCase());

    /** Partition i of the topics was read up to 1000 + i, labels 10 less. */
    private static Reading reading(int partitions, List<String> views, String sender) {
        Map<Progress.Key, Progress.Read> read = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            read.put(new Progress.Key("parcel", i), new Progress.Read(5, 1000 + i));
            read.put(new Progress.Key("labels", i), new Progress.Read(5, 990 + i));
        }
        List<Reading.Bound> records = new ArrayList<>();
        for (Binding binding : Parcels.model().bindings()) {
            if (views.contains(binding.name())) {
                records.add(new Reading.Bound(
                        binding,
                        binding.name().equals("sender") ? sender : "7",
                        OnlineRecord.read(
                                binding.view(),
                                List.of(),
                                () -> binding.view().shape().empty())));
            }
        }
        return new Reading(new Progress(read, Optional.empty(), false), records);
    }

    @Test
    void anEntityThatIsTheKeyLiesInOnePartition() {
        // As Kafka's own tests have it: murmur2("21") is -973932308.
        assertThat(Freshness.partition("21", 12)).isEqualTo((-973932308 & 0x7fffffff) % 12);
        List<Long> seen = IntStream.range(0, 40)
                .mapToObj(i ->
                        freshness.asOf(reading(4, List.of("sender"), "ann" + i)).orElseThrow())
                .distinct()
                .sorted()
                .toList();
        assertThat(seen).containsExactly(1000L, 1001L, 1002L, 1003L);
    }

    @Test
    void labelsAreAsOldAsTheEventsThatMayBearThem() {
        Reading early = reading(4, List.of("depot_late"), "");
        Map<Progress.Key, Progress.Read> read = new HashMap<>(early.progress().partitions());
        read.put(new Progress.Key("parcel", 2), new Progress.Read(5, 900));
        Reading late = new Reading(new Progress(read, Optional.empty(), false), early.records());
        assertThat(freshness.asOf(late)).hasValue(900);
    }

    @Test
    void anyOtherEntityMayBeAnywhere() {
        assertThat(freshness.asOf(reading(4, List.of("depot"), ""))).hasValue(1000);
        assertThat(freshness.asOf(reading(4, List.of("depot_late"), ""))).hasValue(990);
        assertThat(freshness.asOf(reading(4, List.of("sender", "depot_late"), "ann")))
                .hasValue(990);
        assertThat(freshness.asOf(reading(0, List.of("sender"), "ann"))).isEmpty();
        assertThat(freshness.asOf(reading(4, List.of(), "ann"))).isEmpty();
    }
}
