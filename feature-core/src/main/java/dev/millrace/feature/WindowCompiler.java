package dev.millrace.feature;

import dev.millrace.feature.state.BlockShape;
import dev.millrace.schema.definition.FeatureDefinition;
import dev.millrace.schema.definition.Resolution;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.definition.WindowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Turns a view's windows into those of a block, and knows which tiles they need. */
final class WindowCompiler {
    private final ViewDefinition definition;
    private final TreeMap<Long, BlockShape.TileWidth> widths = new TreeMap<>();

    WindowCompiler(ViewDefinition definition) {
        this.definition = definition;
    }

    /**
     * A window whose tiles will be kept.
     *
     * @param suffix the ending of a feature's name
     * @param step the width of its tiles, milliseconds
     * @param halfLife milliseconds
     * @param input see {@link Window.Session}
     */
    record Kept(WindowDefinition definition, String suffix, long step, Optional<Long> halfLife, int input) {
        /** Milliseconds; none of a lifetime. */
        Optional<Long> width() {
            return switch (definition) {
                case WindowDefinition.Sliding sliding ->
                    Optional.of(sliding.width().toMillis());
                case WindowDefinition.Decay decay -> Optional.of(decay.over().toMillis());
                case WindowDefinition.Session session ->
                    Optional.of(session.longest().toMillis());
                case WindowDefinition.Lifetime lifetime -> Optional.empty();
            };
        }
    }

    /** Of one line of the view; without any, its lifetime. */
    List<Kept> of(FeatureDefinition feature, InputCompiler inputs) {
        if (definition.shape() instanceof ViewDefinition.Shape.Tumbling tumbling) {
            return List.of(tumbling(tumbling.width()));
        }
        if (feature.over().isEmpty()) {
            return List.of(keep(new WindowDefinition.Lifetime("lifetime"), "", inputs));
        }
        return feature.over().stream()
                .map(window -> keep(window, "_" + window.text(), inputs))
                .toList();
    }

    private Kept tumbling(Duration width) {
        long millis = width.toMillis();
        long step = definition.source() instanceof Source.Labels ? 1 : millis;
        long duplicates = Math.max(
                definition
                        .duplicates()
                        .orElse(ViewDefinition.DEFAULT_DUPLICATES)
                        .toMillis(),
                definition.horizon().toMillis());
        add(step, duplicates + millis, false);
        return new Kept(new WindowDefinition.Sliding("", width), "", step, Optional.empty(), 0);
    }

    private Kept keep(WindowDefinition window, String suffix, InputCompiler inputs) {
        long margin = definition.delay().toMillis() + definition.horizon().toMillis();
        Resolution resolution = definition.resolution();
        return switch (window) {
            case WindowDefinition.Sliding sliding -> {
                long step = resolution.millisFor(sliding.width());
                add(step, margin + sliding.width().toMillis() + step, false);
                yield new Kept(window, suffix, step, Optional.empty(), 0);
            }
            case WindowDefinition.Decay decay -> {
                long step = resolution.millisFor(decay.over());
                add(step, margin + decay.over().toMillis() + step, false);
                yield new Kept(
                        window, suffix, step, Optional.of(decay.halfLife().toMillis()), 0);
            }
            case WindowDefinition.Session session -> {
                // Within a tile no wider than the gap no session can end.
                long step = Math.max(
                        1,
                        Math.min(
                                resolution.millisFor(session.longest()),
                                session.gap().toMillis()));
                add(step, margin + session.longest().toMillis() + step, false);
                yield new Kept(window, suffix, step, Optional.empty(), inputs.times());
            }
            case WindowDefinition.Lifetime lifetime -> {
                long step = resolution instanceof Resolution.Every every
                        ? every.step().toMillis()
                        : 1;
                add(step, margin + step, true);
                yield new Kept(window, suffix, step, Optional.empty(), 0);
            }
        };
    }

    private void add(long step, long keep, boolean lifetime) {
        widths.merge(
                step,
                new BlockShape.TileWidth(step, keep, lifetime),
                (one, other) -> new BlockShape.TileWidth(
                        step, Math.max(one.keep(), other.keep()), one.lifetime() || other.lifetime()));
    }

    List<BlockShape.TileWidth> widths() {
        return List.copyOf(widths.values());
    }

    /** Once all are known. */
    Window resolve(Kept kept) {
        long delay = definition.delay().toMillis();
        int resolution = widths.headMap(kept.step()).size();
        return switch (kept.definition()) {
            case WindowDefinition.Sliding sliding ->
                new Window.Sliding(sliding.width().toMillis(), delay, resolution, kept.step());
            case WindowDefinition.Decay decay ->
                new Window.Sliding(decay.over().toMillis(), delay, resolution, kept.step());
            case WindowDefinition.Session session ->
                new Window.Session(
                        session.gap().toMillis(),
                        session.longest().toMillis(),
                        delay,
                        resolution,
                        kept.step(),
                        kept.input());
            case WindowDefinition.Lifetime lifetime -> new Window.Lifetime(delay, resolution, kept.step());
        };
    }
}
