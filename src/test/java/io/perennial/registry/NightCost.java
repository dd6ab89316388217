package io.perennial.registry;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.nio.file.Files;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/** Prints what a small night costs in commits and seconds; run by hand. */
final class NightCost {
  private NightCost() {}

  public static void main(String[] args) throws Exception {
    SparkSession spark = TestSession.get();
    long[] last = {System.nanoTime()};
    boolean[] print = {false};
    DeltaModelRegistry registry =
        new DeltaModelRegistry(
            spark,
            new Warehouse(Files.createTempDirectory("cost").toString()),
            14,
            (table, pipeline, version) -> {
              long now = System.nanoTime();
              if (print[0]) {
                System.out.printf("  %-16s %.2f s%n", table, (now - last[0]) / 1e9);
              }
              last[0] = now;
            });
    Nights nights = new Nights(spark, registry, "shop");
    int[] users = IntStream.range(0, 500).toArray();
    Nights.Truth parent = null;
    for (int night = 1; night <= Integer.parseInt(args[0]); night++) {
      print[0] = night == 1 || night == Integer.parseInt(args[0]);
      last[0] = System.nanoTime();
      long begin = last[0];
      registry.open(nights.run(night), Nights.START, Map.of());
      parent = nights.promoted(night, parent, users);
      registry.close(nights.run(night), Nights.START, "promoted", Map.of(), Map.of());
      System.out.printf("night %d: %.2f s%n", night, (System.nanoTime() - begin) / 1e9);
      begin = System.nanoTime();
      ModelVersion champion = registry.alias("shop", "champion").orElseThrow();
      System.out.printf("  alias %.2f s", (System.nanoTime() - begin) / 1e9);
      begin = System.nanoTime();
      registry.open(champion).items().all();
      System.out.printf("  items %.2f s", (System.nanoTime() - begin) / 1e9);
      begin = System.nanoTime();
      registry.history(champion).rows(users);
      System.out.printf("  history %.2f s", (System.nanoTime() - begin) / 1e9);
      begin = System.nanoTime();
      registry.frozenWindows("shop", champion, 6);
      System.out.printf("  windows %.2f s", (System.nanoTime() - begin) / 1e9);
      begin = System.nanoTime();
      registry.runs("shop");
      registry.slices("shop");
      System.out.printf("  runs+slices %.2f s%n", (System.nanoTime() - begin) / 1e9);
    }
  }
}
