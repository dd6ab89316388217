package io.perennial.model.embedding;

import io.perennial.model.FactorRows;
import io.perennial.model.RememberedEvents;
import io.perennial.model.embedding.rounds.Beginning;
import io.perennial.model.embedding.rounds.EventRows;
import io.perennial.model.embedding.rounds.HeadMeans;
import io.perennial.model.embedding.rounds.HourCounts;
import io.perennial.model.embedding.rounds.ItemCounts;
import io.perennial.model.embedding.rounds.LocalWorkers;
import io.perennial.model.embedding.rounds.Partition;
import io.perennial.model.embedding.rounds.WorkerState;
import io.perennial.model.embedding.rounds.Workers;
import io.perennial.model.feature.EncodedFeatures;
import io.perennial.model.history.InteractionHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** All in the memory of the driver. */
final class LocalNight implements NightData {
  private final EventRows events;
  private final Optional<EmbeddingModel> parent;
  private final int workers;
  private final Optional<InteractionHistory> history;

  /**
   * @param events sorted
   * @param history that is seen again; empty: what the parent remembers is
   */
  LocalNight(
      EventRows events,
      Optional<EmbeddingModel> parent,
      int workers,
      Optional<PastHistories> history) {
    UnusableRatingException.check(events);
    this.events = events;
    this.parent = parent;
    this.workers = workers;
    this.history = history.map(past -> past.table().rows(past.users(users()).stream().toArray()));
  }

  @Override
  public ItemCounts counts() {
    return ItemCounts.of(events);
  }

  @Override
  public ItemCounts counts(long before) {
    return ItemCounts.of(events.where(n -> events.times()[n] < before));
  }

  @Override
  public HeadMeans means(int heads) {
    return HeadMeans.of(events, heads);
  }

  @Override
  public HourCounts hours() {
    return HourCounts.of(events);
  }

  @Override
  public BitSet users() {
    BitSet users = new BitSet();
    for (int user : events.users()) {
      users.set(user);
    }
    return users;
  }

  @Override
  public Workers workers(Beginning beginning, Optional<JavaRDD<EncodedFeatures>> features) {
    EncodedFeatures known = features.map(this::ofUsers).orElse(EncodedFeatures.NONE);
    RememberedEvents remembered =
        parent.map(EmbeddingModel::exemplars).orElse(RememberedEvents.NONE);
    int width = beginning.recipe().width();
    int[][] rows = new int[workers][events.size()];
    int[] sizes = new int[workers];
    for (int n = 0; n < events.size(); n++) {
      int worker = Partition.worker(events.users()[n], workers);
      rows[worker][sizes[worker]++] = n;
    }
    List<WorkerState> states = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      int worker = id;
      EventRows news = events.some(Arrays.copyOf(rows[id], sizes[id]));
      EventRows again =
          history
              .map(past -> beginning.again(past, user -> Partition.worker(user, workers) == worker))
              .orElseGet(
                  () ->
                      beginning.again(
                          news,
                          remembered.where(
                              p -> Partition.worker(remembered.users()[p], workers) == worker)));
      int[] users = EventRows.distinct(EventRows.concatenated(List.of(news, again)).users());
      states.add(
          beginning.worker(
              id,
              news,
              again,
              parent.map(p -> p.users().rows(users)).orElse(FactorRows.empty(width)),
              parent.map(p -> p.userMoments().rows(users)).orElse(FactorRows.empty(2 * width)),
              known));
    }
    return new LocalWorkers(states, Runtime.getRuntime().availableProcessors());
  }

  private EncodedFeatures ofUsers(JavaRDD<EncodedFeatures> features) {
    BitSet wanted = users();
    history.ifPresent(past -> Arrays.stream(past.users()).forEach(wanted::set));
    parent.ifPresent(p -> Arrays.stream(p.exemplars().users()).forEach(wanted::set));
    Broadcast<BitSet> shared =
        JavaSparkContext.fromSparkContext(features.context()).broadcast(wanted);
    return EncodedFeatures.together(
        features.map(piece -> piece.where(shared.value()::get)).collect());
  }

  @Override
  public void close() {
    // Nothing is kept but what this object holds.
  }
}
