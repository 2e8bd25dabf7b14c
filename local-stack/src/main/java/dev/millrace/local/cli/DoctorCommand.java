package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.up.Finding;
import dev.millrace.local.up.LinuxMachine;
import dev.millrace.local.up.Ports;
import dev.millrace.local.up.Preflight;
import dev.millrace.local.up.State;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What is missing on this machine, and how to get it. */
@Command(
        name = "doctor",
        description = "Says what is missing on this machine and how to get it. Exit code 1 when something is.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        var folders = Folders.standard();
        var preflight = new Preflight(new LinuxMachine(), folders.home());
        boolean up = State.running(folders).isPresent();
        List<Finding> findings = up ? preflight.software() : preflight.all(Ports.from(System.getenv()));
        findings.forEach(finding -> System.out.println(line(finding)));
        if (up) {
            System.out.println("Millrace is running, so its ports were not looked at.");
        }
        long problems =
                findings.stream().filter(Finding.Problem.class::isInstance).count();
        System.out.println(problems == 0 ? "Nothing is missing." : problems + " to mend.");
        return problems == 0 ? 0 : 1;
    }

    private static String line(Finding finding) {
        return switch (finding) {
            case Finding.Good good -> "  ok    " + good.what();
            case Finding.Problem problem -> "  MEND  " + problem.what() + "\n          " + problem.remedy();
        };
    }
}
