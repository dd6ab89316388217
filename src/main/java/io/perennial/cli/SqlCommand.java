package io.perennial.cli;

import io.perennial.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Spark SQL over the warehouse. */
@Command(
    name = "sql",
    description = {
      "Runs Spark SQL with every table and view of the warehouse in place; 'SHOW VIEWS' lists"
          + " them.",
      "Without a statement: reads statements from standard input, each ending with a semicolon."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  perennial sql \"SELECT * FROM version_history\"",
      "  perennial sql --file questions.sql --output json"
    })
final class SqlCommand implements Callable<Integer> {
  private static final List<String> MANY = List.of("statement", "rows");

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "STATEMENT",
      arity = "0..1",
      description = "One or more statements, with semicolons between them.")
  private String statement;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Statements to run.")
  private String file;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Rows that are shown of each result (${DEFAULT-VALUE}).")
  private int limit;

  @Override
  public Integer call() throws IOException {
    if (statement != null && file != null) {
      throw new UsageException("Give a statement or --file, not both.");
    }
    if (limit < 1) {
      throw new UsageException("--limit must be at least 1, got " + limit + ".");
    }
    List<String> statements = new ArrayList<>();
    if (statement != null) {
      statements.addAll(Statements.split(statement));
    } else if (file != null) {
      statements.addAll(Statements.split(new TextFile(file).content("--file")));
    }
    if (statements.isEmpty() && (statement != null || file != null)) {
      throw new UsageException("There is no statement in it.");
    }
    try (Composition composition = Composition.open(spec)) {
      composition.openViews();
      if (statement == null && file == null) {
        return prompt(composition);
      }
      if (composition.printer().isTable()) {
        for (int i = 0; i < statements.size(); i++) {
          if (i > 0) {
            composition.printer().say("");
          }
          run(composition, statements.get(i));
        }
      } else {
        json(composition, statements);
      }
      return ExitCode.OK.code();
    }
  }

  private void run(Composition composition, String sql) {
    Dataset<Row> result = composition.spark().sql(sql);
    List<Row> rows = result.limit(limit + 1).collectAsList();
    if (result.columns().length > 0) {
      composition.printer().print(rows.subList(0, Math.min(limit, rows.size())), result.columns());
      if (rows.size() > limit) {
        composition.printer().say("(only " + limit + " rows are shown: --limit shows more)");
      }
    }
  }

  /** One statement: its rows. Several: an object for each, with its rows. */
  private void json(Composition composition, List<String> statements) {
    if (statements.size() == 1) {
      Dataset<Row> result = composition.spark().sql(statements.get(0));
      composition.printer().print(result.limit(limit).collectAsList(), result.columns());
      return;
    }
    List<Map<String, Object>> results = new ArrayList<>();
    for (String sql : statements) {
      Dataset<Row> result = composition.spark().sql(sql);
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("statement", sql);
      object.put("rows", result.limit(limit).collectAsList());
      results.add(object);
    }
    composition.printer().print(MANY, results);
  }

  private int prompt(Composition composition) throws IOException {
    boolean interactive = Boolean.getBoolean("perennial.terminal");
    PrintWriter err = spec.commandLine().getErr();
    if (interactive) {
      err.println(
          "Statements end with a semicolon; 'SHOW VIEWS;' lists what there is; 'exit' ends.");
    }
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    StringBuilder pending = new StringBuilder();
    ExitCode worst = ExitCode.OK;
    while (true) {
      if (interactive) {
        err.print(pending.isEmpty() ? "sql> " : "  -> ");
        err.flush();
      }
      String line = input.readLine();
      if (line == null || pending.isEmpty() && line.strip().matches("(?i)(exit|quit);?")) {
        break;
      }
      pending.append(line).append('\n');
      if (Statements.isComplete(pending.toString())) {
        worst = answer(composition, pending.toString(), worst);
        pending.setLength(0);
      }
    }
    if (!pending.toString().isBlank()) {
      worst = answer(composition, pending.toString(), worst);
    }
    return worst.code();
  }

  /** Answers at a prompt; what is wrong with a statement does not end the prompt. */
  private ExitCode answer(Composition composition, String text, ExitCode worst) {
    try {
      for (String sql : Statements.split(text)) {
        run(composition, sql);
      }
      return worst;
    } catch (Exception e) {
      // Spark's Scala code throws checked exceptions that its Java signatures do not name.
      return Failures.tell(e, spec.commandLine().getErr(), Failures.Detail.SENTENCE);
    }
  }
}
