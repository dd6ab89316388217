package io.perennial.bench;

import io.perennial.model.scoring.TopItems;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Runs {@link Kernels} by JMH and prints microseconds and GFLOP/s of one thread. */
public final class KernelBenchmark {
  private KernelBenchmark() {}

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws RunnerException {
    Options options =
        Options.read(
            arguments, "ranks", "32,64,128", "forks", "2", "iterations", "5", "seconds", "2");
    TimeValue time = TimeValue.seconds(options.number("seconds"));
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(Kernels.class.getName() + "\\..*")
                    .param(
                        "rank",
                        Arrays.stream(options.numbers("ranks"))
                            .mapToObj(Integer::toString)
                            .toArray(String[]::new))
                    .forks(options.small("forks"))
                    .threads(1)
                    .warmupIterations(options.small("iterations"))
                    .warmupTime(time)
                    .measurementIterations(options.small("iterations"))
                    .measurementTime(time)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    System.out.printf(
        "Kernels on one thread, %s. JMH, %d forks of %d iterations of %d s.%n%n",
        Machine.line(),
        options.small("forks"),
        options.small("iterations"),
        options.number("seconds"));
    System.out.println("| kernel | rank | µs, least / median | GFLOP/s, best / median |");
    System.out.println("|---|---|---|---|");
    results.forEach(KernelBenchmark::print);
  }

  private static void print(RunResult result) {
    int rank = Integer.parseInt(result.getParams().getParam("rank"));
    String name = result.getPrimaryResult().getLabel();
    Samples micros =
        new Samples(
            StreamSupport.stream(result.getBenchmarkResults().spliterator(), false)
                .flatMap(fork -> fork.getIterationResults().stream())
                .map(iteration -> iteration.getPrimaryResult().getStatistics())
                .mapToDouble(Statistics::getMean)
                .map(nanos -> nanos / 1e3)
                .toArray());
    double flops = operations(rank).get(name);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %s | %.1f / %.1f |%n",
        name,
        rank,
        micros,
        flops / micros.least() / 1e3,
        flops / micros.median() / 1e3);
  }

  /** Floating-point operations that each kernel's result needs; what it does besides is lost. */
  private static Map<String, Double> operations(double rank) {
    return Map.of(
        "gram", Kernels.ROWS * rank * (rank + 1),
        "cholesky", rank * rank * rank / 3 + 2 * rank * rank,
        "floatCholesky", rank * rank * rank / 3 + 2 * rank * rank,
        "entity", Kernels.ROWS * rank * (rank + 1) + rank * rank * rank / 3 + 2 * rank * rank,
        "topItems", 2 * rank * Kernels.ITEMS * TopItems.USERS);
  }
}
