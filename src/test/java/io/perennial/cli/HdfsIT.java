package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A night whose every file lies on HDFS: input, pipeline, tables, pages and rules. */
@Tag("system")
final class HdfsIT {
  @TempDir Path folder;
  @TempDir Path blocks;

  @Test
  void aNightOnHdfsLeavesNothingOnThisMachine() throws Exception {
    try (HdfsServer server = new HdfsServer(blocks);
        FileSystem hdfs = server.client()) {
      String shop = server.root() + "/shop";
      write(
          hdfs,
          shop + "/shop.yaml",
          """
          name: shop
          ingest:
            columns:
              user_id: customer
              item_id: sku
              event_time: bought_at
            sourceTimeZone: UTC
          model:
            rank: 4
            maxIter: 3
          evaluation:
            replicates: 50
          """);
      write(hdfs, shop + "/in/sales.csv", sales());
      write(hdfs, shop + "/allowed.txt", "sku-1\nsku-2\nsku-3\n");
      Launcher perennial = new Launcher(folder);
      String[] common = {
        "--pipeline", shop + "/shop.yaml", "--warehouse", shop + "/wh", "--output", "json"
      };

      JsonNode ingested =
          perennial.run(with(common, "ingest", "--input", shop + "/in")).succeeded().json();
      assertThat(ingested.get(0).get("events").asLong()).isEqualTo(1_200);
      JsonNode night =
          perennial
              .run(with(common, "retrain", "--interval", "2026-01-01/2026-01-13"))
              .succeeded()
              .json();
      assertThat(night.get(0).get("outcome").asText()).isEqualTo("promoted");
      JsonNode written =
          perennial
              .run(with(common, "recommend", "--allow", shop + "/allowed.txt", "--top", "2"))
              .succeeded()
              .json();
      assertThat(written.get(0).get("outcome").asText()).isEqualTo("written");
      assertThat(written.get(0).get("users").asLong()).isEqualTo(40);
      JsonNode pages = perennial.run(with(common, "report", "--version", "1")).succeeded().json();
      assertThat(pages.get(0).get("page").asText())
          .isEqualTo(shop + "/wh/reports/shop/version-1.html");

      assertThat(names(hdfs, shop + "/wh"))
          .contains("events", "model_versions", "recommendations", "reports", "runs");
      assertThat(names(hdfs, shop + "/wh/reports/shop"))
          .containsExactlyInAnyOrder("index.html", "version-1.html");
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .allMatch(name -> name.endsWith(".txt"));
      }
    }
  }

  private static String[] with(String[] common, String... words) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(common)).toArray(String[]::new);
  }

  private static List<String> names(FileSystem hdfs, String of) throws Exception {
    return Arrays.stream(hdfs.listStatus(new org.apache.hadoop.fs.Path(of)))
        .map(FileStatus::getPath)
        .map(org.apache.hadoop.fs.Path::getName)
        .toList();
  }

  private static void write(FileSystem hdfs, String path, String text) throws Exception {
    try (OutputStream out = hdfs.create(new org.apache.hadoop.fs.Path(path))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String sales() {
    Random random = new Random(20260101);
    StringBuilder lines = new StringBuilder("customer,sku,bought_at\n");
    for (int n = 0; n < 1_200; n++) {
      int customer = n % 40;
      int sku = 10 * (customer % 4) + random.nextInt(10);
      lines.append(
          "c%d,sku-%d,2026-01-%02dT%02d:%02d:00Z%n"
              .formatted(customer, sku, 1 + n / 100, 8 + n % 12, random.nextInt(60)));
    }
    return lines.toString();
  }
}
