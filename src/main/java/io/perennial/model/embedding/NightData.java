package io.perennial.model.embedding;

import io.perennial.Behaviours;
import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.rounds.Beginning;
import io.perennial.model.embedding.rounds.EventRows;
import io.perennial.model.embedding.rounds.HeadMeans;
import io.perennial.model.embedding.rounds.HourCounts;
import io.perennial.model.embedding.rounds.ItemCounts;
import io.perennial.model.embedding.rounds.Workers;
import io.perennial.model.embedding.step.Heads;
import io.perennial.model.feature.EncodedFeatures;
import java.util.BitSet;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/** The events of a training, and how they are shared out among workers. */
interface NightData extends AutoCloseable {
  /** Events of every item. */
  ItemCounts counts();

  /** Events of every item before an instant, in epoch milliseconds. */
  ItemCounts counts(long before);

  /** Mean values by behaviour, of so many. */
  HeadMeans means(int heads);

  /** Events of every hour. */
  HourCounts hours();

  /** Who has events, a bit a user. */
  BitSet users();

  /**
   * The workers as they begin; the caller closes them.
   *
   * @param features inputs of users; empty where none are known
   */
  Workers workers(Beginning beginning, Optional<JavaRDD<EncodedFeatures>> features);

  /** Lets go of what was kept to share it out; the workers do not need it any more. */
  @Override
  void close();

  /** In the driver where the events are within the limit, else on Spark. */
  static NightData of(
      TrainingTask<EmbeddingModel> task,
      EmbeddingOptions options,
      Replay replay,
      Behaviours behaviours,
      Heads heads) {
    Optional<PastHistories> history = PastHistories.of(task, replay);
    JavaRDD<EventRows> pieces =
        EventReader.pieces(
            task.events(),
            options.recipe().learnsRatings(),
            options.decay(),
            task.now(),
            behaviours,
            heads);
    boolean local =
        options.sharing().localEvents() > 0
            && task.events().count() <= options.sharing().localEvents();
    return local
        ? new LocalNight(
            EventRows.concatenated(pieces.collect()).sorted(),
            task.parent(),
            options.sharing().workers(),
            history)
        : new SparkNight(pieces, task.parent(), options.sharing().workers(), history);
  }
}
