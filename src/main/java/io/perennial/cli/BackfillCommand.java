package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.config.PipelineDefinition;
import io.perennial.pipeline.NightRequest;
import io.perennial.pipeline.NightRequest.Effect;
import io.perennial.pipeline.NightRequest.Start;
import io.perennial.pipeline.RunOutcome;
import io.perennial.slice.Interval;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Many nights in order. */
@Command(
    name = "backfill",
    description = {
      "Runs one night for each day, in order, in one session.",
      "Days that were learnt before are skipped, so an interrupted backfill can be started again."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  perennial backfill --pipeline pipelines/online-retail.yaml --from 2011-06-19 --to"
            + " 2011-12-09")
final class BackfillCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--from",
      paramLabel = "DATE",
      required = true,
      description = "First day, in the pipeline's zone.")
  private String from;

  @Option(
      names = "--to",
      paramLabel = "DATE",
      required = true,
      description = "Last day, inclusive.")
  private String to;

  @Override
  public Integer call() {
    CommonOptions options = Perennial.options(spec.commandLine());
    PipelineDefinition pipeline = options.requiredPipeline();
    LocalDate first = Intervals.day("--from", from);
    LocalDate last = Intervals.day("--to", to);
    if (last.isBefore(first)) {
      throw new UsageException(
          "--to must not lie before --from, got " + first + " and " + last + ".");
    }
    try (Composition composition = Composition.open(spec)) {
      OutcomePrinter printer = new OutcomePrinter(composition.printer());
      if (options.isDryRun()) {
        Interval whole =
            new Interval(
                first.atStartOfDay(pipeline.zone()).toInstant(),
                last.plusDays(1).atStartOfDay(pipeline.zone()).toInstant());
        NightRequest request =
            new NightRequest(
                Optional.of(whole), Start.WARM, Optional.empty(), Effect.DRY_RUN, "backfill");
        printer.print(List.of(composition.night(pipeline).run(request)));
        return ExitCode.OK.code();
      }
      List<RunOutcome> outcomes = new ArrayList<>();
      composition
          .nights(pipeline)
          .run(
              first,
              last,
              outcome -> {
                outcomes.add(outcome);
                composition.note(outcome.sentence());
              });
      printer.printTogether(outcomes);
      composition.report(pipeline, outcomes);
      return ExitCode.OK.code();
    }
  }
}
