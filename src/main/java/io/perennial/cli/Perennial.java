package io.perennial.cli;

import io.perennial.ExitCode;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. Standard output carries results only, standard error everything else. */
@Command(
    name = "perennial",
    description = "Models that learn every night without forgetting, on Spark and Delta Lake.",
    subcommands = {
      DemoCommand.class,
      GenerateCommand.class,
      IngestCommand.class,
      RetrainCommand.class,
      BackfillCommand.class,
      BacktestCommand.class,
      StatusCommand.class,
      ModelsCommand.class,
      RecommendCommand.class,
      SqlCommand.class,
      ReportCommand.class,
      CompactCommand.class
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  perennial demo                                         see it work, in three minutes",
      "  perennial ingest  --pipeline shop.yaml --input data/   files become events",
      "  perennial retrain --pipeline shop.yaml                 learn what is new",
      "  perennial package                                      what a Spark cluster needs",
      "  perennial COMMAND --help                               every command, with an example"
    },
    versionProvider = Perennial.Version.class,
    usageHelpAutoWidth = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done; also a rejected candidate or nothing new",
      "1:a defect of the program",
      "2:a wrong flag or pipeline file, a missing file or permission",
      "3:the data break a declared contract",
      "4:the source table's history has a gap",
      "10:the candidate was rejected and --fail-on-reject was given",
      "75:another run holds the pipeline, or no master answers: try again"
    })
public final class Perennial implements Runnable {
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version.")
  private boolean versionAsked;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** Runs one command line and ends the process with its exit code; throws in cluster mode. */
  public static void main(String[] arguments) {
    PrintWriter out =
        new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), false);
    PrintWriter err =
        new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
    int code = run(arguments, out, err);
    if (code == ExitCode.OK.code()) {
      ClassArchive.keep(err);
    } else {
      if (Sessions.isClusterMode()) {
        throw new CommandFailedException(code);
      }
      System.exit(code);
    }
  }

  /** Runs one command line; gives its exit code. */
  static int run(String[] arguments, PrintWriter out, PrintWriter err) {
    int code = commandLine().setOut(out).setErr(err).execute(arguments);
    out.flush();
    err.flush();
    return code;
  }

  /** The commands with their options. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Perennial());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Perennial::explain);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) ->
            Failures.tell(failure, command.getErr(), detail(options(command))).code());
    return line;
  }

  private static Failures.Detail detail(CommonOptions options) {
    if (options.log() == CommonOptions.LogForm.JSON) {
      Logs.settle(options); // where the failure came before anything was opened
      return Failures.Detail.LOG;
    }
    return options.isVerbose() ? Failures.Detail.STACK_TRACE : Failures.Detail.SENTENCE;
  }

  /** Without a command: the overview, as a usage error. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command?");
  }

  /** Options given anywhere on the command line of a command. */
  static CommonOptions options(CommandLine command) {
    CommandLine top = command;
    while (top.getParent() != null) {
      top = top.getParent();
    }
    return ((Perennial) top.getCommandSpec().userObject()).common;
  }

  private static int explain(ParameterException problem, String[] arguments) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(problem.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(problem, err)) {
      err.println(
          "Try '"
              + command.getCommandSpec().qualifiedName()
              + " --help' for the options and an example.");
    }
    err.flush();
    return ExitCode.USAGE.code();
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"perennial " + number()};
    }

    /** As in the jar's manifest; {@code development} for classes outside a jar. */
    static String number() {
      String version = Perennial.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }
  }
}
