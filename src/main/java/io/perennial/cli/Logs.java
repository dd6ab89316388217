package io.perennial.cli;

import java.nio.file.Path;

/** Where the log goes; has to be settled before the first logger is made. */
final class Logs {
  private static final String FILE = "perennial.log";
  private static final String CONSOLE_LEVEL = "perennial.console.level";

  private Logs() {}

  /** Chooses the log file, and shows the log on standard error where asked for. */
  static void settle(CommonOptions options) {
    System.setProperty(FILE, file());
    if (options.isVerbose() && System.getProperty(CONSOLE_LEVEL) == null) {
      System.setProperty(CONSOLE_LEVEL, "INFO");
    }
  }

  /**
   * The log file: as {@code -Dperennial.log=FILE} says, otherwise in the folder for temporary
   * files.
   */
  static String file() {
    String chosen = System.getProperty(FILE);
    return chosen != null
        ? chosen
        : Path.of(
                System.getProperty("java.io.tmpdir"),
                "perennial-" + System.getProperty("user.name"),
                "perennial.log")
            .toString();
  }
}
