package io.perennial.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  /** Java ends at once where the file cannot be written whole; it has 100 to 200 MB. */
  private static final long ROOM_BYTES = 1L << 30;

  private ClassArchive() {}

  /**
   * Writes the file if it was asked for and there is room. It appears whole or not at all: Java
   * dies of half a file.
   */
  static void keep(PrintWriter err) {
    String file = System.getProperty(PROPERTY);
    if (file == null
        || ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() < WORTHWHILE) {
      return;
    }
    Path folder = Path.of(file).toAbsolutePath().getParent();
    if (folder.toFile().getUsableSpace() < ROOM_BYTES) {
      return;
    }
    err.println(
        "Keeping the loaded classes, so that commands start sooner: once after each build.");
    PrintStream results = System.out;
    try {
      // It says on standard output what it has done.
      System.setOut(System.err);
      // What 'jcmd PID VM.cds dynamic_dump FILE' does. Two first nights at once each write their
      // own.
      Path own = Path.of(file + "." + ProcessHandle.current().pid());
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "vmCds",
              new Object[] {new String[] {"dynamic_dump", own.toString()}},
              new String[] {String[].class.getName()});
      Files.move(own, Path.of(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | JMException | RuntimeException e) {
      err.println("They could not be kept: " + e.getMessage());
    } finally {
      System.setOut(results);
    }
  }
}
