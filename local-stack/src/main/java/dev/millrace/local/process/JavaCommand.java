package dev.millrace.local.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a JVM of the same kind as this one. */
public record JavaCommand(String classPath, String mainClass, List<String> flags, List<String> arguments) {
    /** Of a process that does not do enough to earn back what the best machine code costs to make: half its time, or more. */
    public static final String PLAIN_MACHINE_CODE = "-XX:TieredStopAtLevel=1";

    private static final int UNSAFE_FLAG_SINCE = 24;

    /** What Spark, Arrow and Netty need of the JDK; the same list as {@code jvm.opens} in the root pom.xml. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.util.calendar");

    public JavaCommand {
        flags = List.copyOf(flags);
        arguments = List.copyOf(arguments);
    }

    /** With further flags. */
    public JavaCommand with(List<String> further) {
        var all = new ArrayList<>(flags);
        all.addAll(further);
        return new JavaCommand(classPath, mainClass, all, arguments);
    }

    public List<String> line() {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(flags);
        line.addAll(List.of("-cp", classPath, mainClass));
        line.addAll(arguments);
        return line;
    }

    /** Flags of every process of the platform: modules opened, native access, exit when memory is exhausted. */
    public static List<String> platformFlags(int feature) {
        var flags = new ArrayList<String>();
        OPENED.forEach(name -> flags.add("--add-opens=java.base/" + name + "=ALL-UNNAMED"));
        flags.add("--enable-native-access=ALL-UNNAMED");
        flags.add("-Dio.netty.noUnsafe=false");
        // Nobody records what the client of Redis tells the flight recorder; setting that up takes a tenth of a second.
        flags.add("-Dio.lettuce.core.jfr=false");
        flags.add("-Djava.awt.headless=true");
        flags.add("-XX:+ExitOnOutOfMemoryError");
        if (feature >= UNSAFE_FLAG_SINCE) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        } else {
            flags.add("--add-opens=java.base/sun.security.action=ALL-UNNAMED");
        }
        return List.copyOf(flags);
    }

    public static List<String> platformFlags() {
        return platformFlags(Runtime.version().feature());
    }
}
