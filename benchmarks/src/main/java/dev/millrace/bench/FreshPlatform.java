package dev.millrace.bench;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Platform.Traffic;
import dev.millrace.local.up.Ports;
import dev.millrace.local.up.Progress;
import dev.millrace.local.up.State;
import dev.millrace.local.up.Step;
import dev.millrace.local.up.Supervisor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A platform of its own, with no data but what it makes, on free ports. */
public final class FreshPlatform implements AutoCloseable {
    private final Platform platform;
    private final Supervisor supervisor;
    private volatile List<State.Entry> processes = List.of();

    /** @param home of its data; an empty folder */
    public FreshPlatform(Path home, String useCase, Progress progress) {
        Map<String, Integer> ports = new HashMap<>();
        Ports.from(Map.of()).byName().keySet().forEach(port -> ports.put(port, Network.freePort()));
        this.platform = Platform.of(Folders.standard().at(home), new Ports(ports), useCase);
        this.supervisor = new Supervisor(progress, entries -> processes = entries);
    }

    public Platform platform() {
        return platform;
    }

    /** What runs. */
    public List<State.Entry> processes() {
        return processes;
    }

    /** One of those, by its name. */
    public RunningProcess process(String name) {
        return supervisor
                .process(name)
                .orElseThrow(() -> new IllegalStateException("Expected a process " + name + ", found none"));
    }

    /** With history and trained models, as {@code ./millrace up --no-traffic}. */
    public void up() {
        run(platform.steps(new Modules(platform.folders()).models(platform.useCase()), Traffic.NONE));
    }

    /** Without any data. */
    public void upEmpty() {
        run(platform.serving());
    }

    private void run(List<Step> steps) {
        supervisor.run(steps);
    }

    @Override
    public void close() {
        supervisor.close();
    }
}
