package io.perennial.cli;

import io.perennial.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The whole story on a small store. */
@Command(
    name = "demo",
    description = {
      "Shows what Perennial does, on a small made-up store, in less than three minutes: nights that"
          + " are learnt, one that is refused, a rollback, a report.",
      "Everything lies in the warehouse folder afterwards; the same command again shows it without"
          + " learning anything twice."
    },
    footerHeading = "%nExample:%n",
    footer = {"  perennial demo", "  perennial demo --warehouse /tmp/perennial-demo"})
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (Perennial.options(spec.commandLine()).isDryRun()) {
      ResultPrinter printer = Composition.printer(spec);
      Demo.plan().forEach(printer::say);
      return ExitCode.OK.code();
    }
    try (Composition composition = Composition.open(spec)) {
      new Demo(composition).run();
      return ExitCode.OK.code();
    }
  }
}
