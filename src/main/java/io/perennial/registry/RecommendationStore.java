package io.perennial.registry;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The table {@code recommendations}: of each pipeline the rows of one batch, or of one and those
 * that renewed a part of it. Readers see a batch as a whole or not at all: what it has worked out
 * so far is kept apart, bucket by bucket, until it is published in one commit.
 */
public interface RecommendationStore {
  /** The batch that was published last. */
  Optional<RecommendationBatch> standing(String pipeline);

  /** The recommendations that stand: the table's columns, a pipeline's rows. */
  Dataset<Row> rows(String pipeline);

  /**
   * Buckets that a batch has worked out and not published yet; buckets without rows are not told.
   */
  Set<Integer> kept(RecommendationBatch batch);

  /**
   * Keeps what a batch worked out for some buckets, in one commit, in place of what it kept of them
   * before.
   *
   * @param rows with the columns user_bucket, user, rank, item, score, source, version
   */
  void keep(RecommendationBatch batch, List<Integer> buckets, Dataset<Row> rows);

  /**
   * Publishes everything that a batch kept, in one commit: for {@link
   * RecommendationBatch.Scope#ALL} in place of all rows of the pipeline, otherwise in place of
   * these buckets.
   *
   * @param kept buckets of which the batch kept rows, at least
   * @param buckets those that the batch renews
   * @throws RegistryConflictException where another run took away what was kept
   */
  void publishKept(RecommendationBatch batch, Set<Integer> kept, Set<Integer> buckets);

  /**
   * Publishes a batch that was worked out at once, without keeping it first. Of a batch of all
   * users the number of users is counted here.
   */
  void publish(RecommendationBatch batch, Set<Integer> buckets, Dataset<Row> rows);
}
