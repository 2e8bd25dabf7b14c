package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.up.Example;
import dev.millrace.local.up.Finding;
import dev.millrace.local.up.LastEnd;
import dev.millrace.local.up.LinuxMachine;
import dev.millrace.local.up.Machine;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Platform.Traffic;
import dev.millrace.local.up.Ports;
import dev.millrace.local.up.Preflight;
import dev.millrace.local.up.Progress;
import dev.millrace.local.up.State;
import dev.millrace.local.up.State.Phase;
import dev.millrace.local.up.Supervisor;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts everything, and stays until Ctrl-C stops everything. */
@Command(
        name = "up",
        description = "Starts servers and services, loads history, trains a model, and serves it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "What was done before is not done again: data is kept in .millrace (or MILLRACE_HOME).",
            "Ports can be moved: MILLRACE_PORT_KAFKA, MILLRACE_PORT_PREDICTION_API, …"
        })
final class UpCommand implements Callable<Integer> {
    static final String IN_BACKGROUND = "--in-background";

    @Option(
            names = "--use-case",
            paramLabel = "NAME",
            defaultValue = "${env:MILLRACE_USE_CASE}",
            description = "The folder in use-cases/ to run (default: $MILLRACE_USE_CASE).")
    private String useCase = "";

    @Option(names = "--no-traffic", description = "Send no live events once everything is up.")
    private boolean noTraffic;

    @Option(names = "--detach", description = "Return when everything is up; ./millrace down stops it.")
    private boolean detach;

    @Option(names = IN_BACKGROUND, hidden = true, description = "Is the process that --detach leaves.")
    private boolean inBackground;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Folders folders = Folders.standard();
    private final Machine machine = new LinuxMachine();
    private List<State.Entry> processes = List.of();
    private Phase phase = Phase.STARTING;

    @Override
    public Integer call() {
        var progress = new Progress(System.out);
        State.running(folders).ifPresent(state -> {
            throw new LocalStackException(
                    "Millrace is up already (pid %d). ./millrace status shows it, ./millrace down stops it"
                            .formatted(state.supervisor()));
        });
        if (detach) {
            return new Detached(folders, progress).up(useCase, noTraffic);
        }
        LastEnd.forget(folders);
        var ports = Ports.from(System.getenv());
        if (!report(new Preflight(machine, folders.home()).all(ports))) {
            return 1;
        }
        var modules = new Modules(folders);
        var example = Example.in(modules.useCase(useCase));
        List<String> models = modules.models(useCase);
        return up(new Welcome(Platform.of(folders, ports, useCase), example), models, progress);
    }

    private int up(Welcome welcome, List<String> models, Progress progress) {
        long start = System.nanoTime();
        var supervisor = new Supervisor(progress, this::remember);
        var ended = new Thread(() -> end(supervisor), "millrace-down");
        remember(List.of());
        Runtime.getRuntime().addShutdownHook(ended);
        try {
            Platform platform = welcome.platform();
            if (!platform.makesEvents()) {
                progress.say(
                        ("%s has no generator: nothing is loaded and no model is trained. Send events to %s/v1/events/…;"
                                        + " until a model is promoted only rules answer, where models have one")
                                .formatted(useCase, platform.url(Platform.INGESTION)));
            }
            supervisor.run(platform.steps(models, noTraffic ? Traffic.NONE : Traffic.LIVE));
            welcome.lines((System.nanoTime() - start) / 1_000_000_000, stop()).forEach(progress::say);
            ready();
            supervisor.watch();
            return 0;
        } catch (RuntimeException e) {
            // What fails while everything is being stopped fails because of that.
            if (!supervisor.isClosed()) {
                LastEnd.write(
                        folders,
                        Instant.now(),
                        Millrace.message(e) + (inBackground ? "\nIts log: " + folders.log("up") : ""));
                throw e;
            }
            return 1;
        }
    }

    private void end(Supervisor supervisor) {
        supervisor.close();
        State.clear(folders);
    }

    // What stops it: Ctrl-C reaches only what runs in a terminal.
    private String stop() {
        return inBackground ? "./millrace down" : "Ctrl-C or ./millrace down";
    }

    private synchronized void remember(List<State.Entry> entries) {
        processes = List.copyOf(entries);
        State.of(useCase, phase, processes).write(folders);
    }

    private synchronized void ready() {
        phase = Phase.READY;
        remember(processes);
    }

    private boolean report(List<Finding> findings) {
        List<Finding.Problem> problems = findings.stream()
                .filter(Finding.Problem.class::isInstance)
                .map(Finding.Problem.class::cast)
                .toList();
        if (problems.isEmpty()) {
            return true;
        }
        var err = spec.commandLine().getErr();
        err.println("millrace: cannot start yet:");
        problems.forEach(problem -> err.println("  - " + problem.what() + "\n      " + problem.remedy()));
        err.flush();
        return false;
    }
}
