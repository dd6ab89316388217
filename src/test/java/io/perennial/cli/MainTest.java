package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  private static final int JAVA_8 = 52;

  @TempDir Path folder;

  @Test
  void nothingIsWrongWithThePlatformOfTheBuild() {
    String line = org.apache.spark.package$.MODULE$.SPARK_VERSION().replaceAll("\\.\\d+$", "");
    assertThat(Main.unfit("17", line)).isNull();
    assertThat(Main.unfit("25", line)).isNull();
    assertThat(Main.unfit("17", null)).isNull();
  }

  @Test
  void anOlderJavaIsNamedWithWhatToDo() {
    assertThat(Main.unfit("11", "4.1"))
        .startsWith("Perennial, built for Spark 4.1 and Java 17, cannot run on Java 11.")
        .contains("JAVA_HOME")
        .endsWith("Nothing was read or written.");
    assertThat(Main.unfit("1.8", "4.1")).contains("cannot run on Java 1.8.");
  }

  @Test
  void anOlderJavaCanLoadTheClassThatSaysSo() throws Exception {
    try (InputStream in = Main.class.getResourceAsStream("Main.class");
        DataInputStream data = new DataInputStream(in)) {
      data.readInt();
      data.readUnsignedShort();
      assertThat(data.readUnsignedShort()).isEqualTo(JAVA_8);
    }
  }

  @Test
  void anotherSparkOrNoneOrNoDeltaIsNamed() throws Exception {
    assertThat(unfitWith("")).contains("finds no Spark on its class path");
    assertThat(
            unfitWith(
                "public static final package$ MODULE$ = new package$();"
                    + "public String SPARK_VERSION() { return \"3.5.7\"; }"))
        .contains("built for Spark 4.1", "cannot run on Spark 3.5.7", "Nothing was read");
    assertThat(
            unfitWith(
                "public static final package$ MODULE$ = new package$();"
                    + "public String SPARK_VERSION() { return \"4.1.1\"; }"))
        .contains("finds no Delta Lake on its class path", "--jars");
  }

  /** What is said where Spark's package object has these members, and nothing else is there. */
  private String unfitWith(String members) throws Exception {
    Path classes = Files.createTempDirectory(folder, "spark");
    Path source = classes.resolve("org/apache/spark/package$.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "package org.apache.spark; public class package$ {" + members + "}");
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString()))
        .isZero();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      return Main.unfit("17", "4.1");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
