package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.registry.Forgetting;
import io.perennial.registry.Forgetting.Kept;
import io.perennial.registry.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Users who ask to be deleted. */
@Command(
    name = "forget",
    description = {
      "Deletes what is kept of users in all versions of a pipeline: their rows of exemplars,"
          + " user_history, user_factors, companions, frozen_windows and recommendations. Rows of"
          + " other users stay as they are.",
      "Not deleted: events and quarantine, which are yours to delete, before the next night learns"
          + " from them; the id itself, in entity_ids; sums over all users, in which nobody can be"
          + " told apart. Files that held the rows go with a 'compact' seven days later.",
      "The same again finds nothing. A night at work is not disturbed: the command ends with exit"
          + " code 75, and is to be tried again."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  perennial models forget --users 17850,13047",
      "  perennial models forget --user 'id, with a comma' --dry-run"
    })
final class ForgetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--users",
      paramLabel = "A,B,C",
      split = ",",
      description = "Ids of these users, with commas between them.")
  private List<String> users = List.of();

  @Option(
      names = "--user",
      paramLabel = "ID",
      description = "One more user, whose id may hold commas; can be given several times.")
  private List<String> more = List.of();

  @Override
  public Integer call() {
    List<String> all = new ArrayList<>(users);
    all.addAll(more);
    if (all.isEmpty()) {
      throw new UsageException("Which users? Name them with --users A,B,C or --user ID.");
    }
    if (all.stream().anyMatch(String::isEmpty)) {
      throw new UsageException("An id of a user is empty; ids have one comma between them.");
    }
    boolean write = !Perennial.options(spec.commandLine()).isDryRun();
    try (Composition composition = Composition.open(spec)) {
      String pipeline = composition.pipelineName(composition.versions());
      Forgetting forgetting = new Forgetting(composition.spark(), composition.warehouse());
      List<Kept> kept =
          write
              ? underLease(composition, forgetting, pipeline, all)
              : forgetting.look(pipeline, all);
      print(composition.printer(), pipeline, kept, write ? "Deleted " : "Would delete ");
      return ExitCode.OK.code();
    }
  }

  @SuppressWarnings("try") // the lease is held, not used
  private static List<Kept> underLease(
      Composition composition, Forgetting forgetting, String pipeline, List<String> users) {
    try (Lease lease = composition.lease(pipeline)) {
      return forgetting.forget(pipeline, users);
    }
  }

  private static void print(ResultPrinter printer, String pipeline, List<Kept> kept, String verb) {
    List<String> columns = new ArrayList<>(List.of("pipeline", "user", "known"));
    columns.addAll(Forgetting.tables());
    printer.print(columns, kept.stream().map(one -> row(pipeline, one)).toList());
    for (Kept one : kept) {
      if (one.total() == 0) {
        printer.say(
            one.known()
                ? "Nothing is kept of user " + one.user() + " in " + pipeline + "."
                : "Pipeline " + pipeline + " has never seen a user " + one.user() + ".");
      }
    }
    long found = kept.stream().filter(one -> one.total() > 0).count();
    if (found > 0) {
      printer.say(
          verb
              + kept.stream().mapToLong(Kept::total).sum()
              + " rows of "
              + found
              + (found == 1 ? " user." : " users."));
    }
  }

  private static Map<String, Object> row(String pipeline, Kept kept) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", pipeline);
    row.put("user", kept.user());
    row.put("known", kept.known());
    row.putAll(kept.rows());
    return row;
  }
}
