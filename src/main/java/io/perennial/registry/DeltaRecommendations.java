package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.perennial.Warehouse;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Recommendations in Delta tables. The order of a batch: parts kept, bucket by bucket; the table
 * replaced in one commit; the batch noted as the one that stands; the parts deleted. A run that
 * died in between is taken up from the parts, or publishes the same rows again.
 */
public final class DeltaRecommendations implements RecommendationStore {
  private final DeltaTables tables;

  /**
   * @param listener told after each commit
   */
  public DeltaRecommendations(SparkSession spark, Warehouse warehouse, WriteListener listener) {
    this.tables = new DeltaTables(spark, warehouse, listener);
  }

  @Override
  public Optional<RecommendationBatch> standing(String pipeline) {
    Names.pipeline(pipeline);
    return tables.records(Tables.RECOMMENDATION_BATCHES, pipeline).stream()
        .map(Cells::new)
        .max(Comparator.comparingLong(cells -> cells.number("sequence")))
        .map(
            cells ->
                new RecommendationBatch(
                    pipeline,
                    cells.text("batch"),
                    cells.text("content"),
                    cells.number("version"),
                    RecommendationBatch.Scope.of(cells.text("scope")),
                    cells.integer("buckets"),
                    cells.number("users"),
                    cells.map("options"),
                    cells.instant("created_at")));
  }

  @Override
  public Dataset<Row> rows(String pipeline) {
    Names.pipeline(pipeline);
    return tables.read(Tables.RECOMMENDATIONS, pipeline);
  }

  private Dataset<Row> parts(RecommendationBatch batch) {
    return tables
        .read(Tables.RECOMMENDATION_PARTS, batch.pipeline())
        .where(col("batch").equalTo(batch.batch()));
  }

  @Override
  public Set<Integer> kept(RecommendationBatch batch) {
    Names.pipeline(batch.pipeline());
    Set<Integer> buckets = new TreeSet<>();
    for (Row row : parts(batch).select("user_bucket").distinct().collectAsList()) {
      buckets.add(row.getInt(0));
    }
    return buckets;
  }

  @Override
  public void keep(RecommendationBatch batch, List<Integer> buckets, Dataset<Row> rows) {
    Names.pipeline(batch.pipeline());
    Map<String, Object> partition = DeltaTables.partition(batch.pipeline(), "batch", batch.batch());
    partition.put("user_bucket", buckets);
    tables.replace(
        Tables.RECOMMENDATION_PARTS,
        partition,
        new Content.Query(
            rows.withColumn("pipeline", lit(batch.pipeline()))
                .withColumn("batch", lit(batch.batch()))),
        note(batch));
  }

  @Override
  public void publishKept(RecommendationBatch batch, Set<Integer> kept, Set<Integer> buckets) {
    Names.pipeline(batch.pipeline());
    Set<Integer> there = kept(batch);
    if (!there.containsAll(kept)) {
      throw new RegistryConflictException(
          "Cannot publish the recommendations of "
              + batch.pipeline()
              + ": another run published its own and deleted the parts of this one. Run the same"
              + " command again if this one's are wanted.");
    }
    publish(batch, buckets, parts(batch).drop("batch"));
    tables.replace(
        Tables.RECOMMENDATION_PARTS,
        Map.of("pipeline", batch.pipeline()),
        Content.NOTHING,
        note(batch));
  }

  @Override
  public void publish(RecommendationBatch batch, Set<Integer> buckets, Dataset<Row> rows) {
    Names.pipeline(batch.pipeline());
    Map<String, Object> partition = new LinkedHashMap<>();
    partition.put("pipeline", batch.pipeline());
    if (batch.scope() == RecommendationBatch.Scope.TOUCHED) {
      partition.put("user_bucket", List.copyOf(buckets));
    }
    if (batch.scope() == RecommendationBatch.Scope.ALL || !buckets.isEmpty()) {
      tables.replace(
          Tables.RECOMMENDATIONS,
          partition,
          new Content.Query(rows.withColumn("pipeline", lit(batch.pipeline()))),
          note(batch));
    }
    RecommendationBatch published =
        batch.scope() == RecommendationBatch.Scope.ALL
            ? batch.renewing(rows(batch.pipeline()).where(col("rank").equalTo(1)).count())
            : batch;
    tables.transact(
        Tables.RECOMMENDATION_BATCHES,
        Map.of("pipeline", batch.pipeline()),
        note(batch),
        before -> {
          long highest =
              before.records().stream()
                  .mapToLong(row -> new Cells(row).number("sequence"))
                  .max()
                  .orElse(0);
          return DeltaTables.Change.append(
              new Content.Records(List.of(row(published, highest + 1))));
        });
  }

  private static Row row(RecommendationBatch batch, long sequence) {
    return RowFactory.create(
        batch.pipeline(),
        sequence,
        batch.batch(),
        batch.content(),
        batch.version(),
        batch.scope().label(),
        batch.buckets(),
        batch.users(),
        batch.options(),
        batch.at());
  }

  private static CommitNote note(RecommendationBatch batch) {
    return new CommitNote(batch.pipeline(), "recommend", Optional.empty(), batch.version());
  }
}
