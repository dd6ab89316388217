package io.perennial.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The classes that a command has loaded, kept in a file from which the next commands load them:
 * they start some seconds sooner. {@code bin/perennial} asks for it with a system property where
 * there is none for its build yet, and Java passes over one that does not fit.
 */
final class ClassArchive {
  /** Names the file to write. */
  static final String PROPERTY = "perennial.classes";

  /** A command that did its work has loaded more; one that only printed its help, far fewer. */
  private static final int WORTHWHILE = 10_000;

  private ClassArchive() {}

  /** Writes the file if it was asked for. A failure is told and changes nothing else. */
  static void keep(PrintWriter err) {
    String file = System.getProperty(PROPERTY);
    if (file == null
        || ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() < WORTHWHILE) {
      return;
    }
    err.println(
        "Keeping the loaded classes, so that commands start sooner: once after each build.");
    PrintStream results = System.out;
    try {
      // It says on standard output what it has done.
      System.setOut(System.err);
      // What 'jcmd PID VM.cds dynamic_dump FILE' does: to a file beside it, then renamed.
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "vmCds",
              new Object[] {new String[] {"dynamic_dump", Path.of(file).toString()}},
              new String[] {String[].class.getName()});
    } catch (JMException | RuntimeException e) {
      err.println("They could not be kept: " + e.getMessage());
    } finally {
      System.setOut(results);
    }
  }
}
