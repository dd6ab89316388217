package io.perennial.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Optional;

/** What a measurement ran on, and what this process has used of it. */
final class Machine {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final Path STATUS = Path.of("/proc/self/status");

  private Machine() {}

  /** Seconds of all processors that this process has used. */
  static double processorSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e9;
  }

  static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** One sentence: processors and their model, heap, Java, date. */
  static String line() {
    Runtime runtime = Runtime.getRuntime();
    return "%d processors (%s), heap %d MB, Java %s, %s"
        .formatted(
            runtime.availableProcessors(),
            value(PROCESSORS, "model name").map(Machine::plain).orElse("unknown"),
            runtime.maxMemory() >> 20,
            Runtime.version().feature(),
            LocalDate.now());
  }

  /**
   * Most memory of all kinds that this process has had in RAM since {@link #forgetPeak}, or ever
   * where the system does not forget; megabytes, 0 where not told.
   */
  static long peakResidentMegabytes() {
    return value(STATUS, "VmHWM").map(text -> Long.parseLong(text.split(" ")[0]) >> 10).orElse(0L);
  }

  /** Memory of all kinds that this process has in RAM now; megabytes, 0 where not told. */
  static long residentMegabytes() {
    return value(STATUS, "VmRSS").map(text -> Long.parseLong(text.split(" ")[0]) >> 10).orElse(0L);
  }

  /** Collects garbage and lets the peak of resident memory begin anew. */
  static void forgetPeak() {
    System.gc();
    if (Files.isWritable(CLEAR)) {
      try {
        Files.writeString(CLEAR, "5");
      } catch (IOException e) {
        System.err.println("The peak of resident memory stays that of the whole run: " + e);
      }
    }
  }

  private static String plain(String model) {
    return model.replace("(R)", "").replace("(TM)", "").replaceAll(" +", " ");
  }

  private static Optional<String> value(Path file, String name) {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }
}
