package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.config.PipelineDefinition;
import io.perennial.pipeline.NightRequest;
import io.perennial.pipeline.NightRequest.Effect;
import io.perennial.pipeline.NightRequest.Start;
import io.perennial.pipeline.RunOutcome;
import io.perennial.slice.Interval;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One night. */
@Command(
    name = "retrain",
    description = {
      "Learns what is new, measures the result and lets it replace the champion, or not.",
      "Without --interval: everything that arrived since the last promoted version. The same"
          + " interval again does nothing and says so."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  perennial retrain --pipeline pipelines/online-retail.yaml --interval"
          + " 2011-06-19/2011-06-20",
      "  perennial retrain --pipeline pipelines/online-retail.yaml --full-rebuild --output json"
    })
final class RetrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--interval",
      paramLabel = "FROM/TO",
      description =
          "Learn what is new before TO: dates of the pipeline's zone, or instants; TO is"
              + " exclusive.")
  private String interval;

  @Option(
      names = "--full-rebuild",
      description = "Train from scratch, over everything the line learnt and what is new.")
  private boolean fullRebuild;

  @Option(
      names = "--include",
      paramLabel = "SLICE",
      description = "Learn a slice too that was set aside: its slice_id in the table slices.")
  private String include;

  @Option(
      names = "--fail-on-reject",
      description = "End with exit code 10 when the candidate is rejected.")
  private boolean failOnReject;

  @Override
  public Integer call() {
    CommonOptions options = Perennial.options(spec.commandLine());
    PipelineDefinition pipeline = options.requiredPipeline();
    Optional<Interval> span =
        Optional.ofNullable(interval).map(text -> Intervals.parse(text, pipeline.zone()));
    NightRequest request =
        new NightRequest(
            span,
            fullRebuild ? Start.FULL_REBUILD : Start.WARM,
            Optional.ofNullable(include),
            options.isDryRun() ? Effect.DRY_RUN : Effect.WRITE,
            "retrain");
    try (Composition composition = Composition.open(spec)) {
      RunOutcome outcome = composition.night(pipeline).run(request);
      new OutcomePrinter(composition.printer()).print(List.of(outcome));
      composition.report(pipeline, List.of(outcome));
      return failOnReject && outcome.kind() == RunOutcome.Kind.REJECTED
          ? ExitCode.REJECTED.code()
          : ExitCode.OK.code();
    }
  }
}
