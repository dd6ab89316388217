package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo, as a newcomer runs it. */
@Tag("system")
final class DemoIT {
  @TempDir Path folder;

  @Test
  void tellsItsStoryAndASecondTimeShowsWhatItLeft() throws Exception {
    Launcher perennial = new Launcher(folder);
    Launcher.Ended told = perennial.run("demo", "--warehouse", "wh").succeeded();
    assertThat(told.out())
        .contains("Night 4, whose file is poisoned", "Refused by drift.", "A rollback:")
        .contains("Look further:", "version_history")
        .doesNotContain("Exception");
    assertThat(folder.resolve("wh/reports/demo/index.html")).exists();
    Launcher.Ended rejections =
        perennial.run("sql", "SELECT DISTINCT version FROM rejections", "--warehouse", "wh");
    assertThat(rejections.succeeded().out()).contains("5");
    Launcher.Ended again = perennial.run("demo", "--warehouse", "wh").succeeded();
    assertThat(again.out()).contains("has seen the demo already", "drift.");
  }
}
