package io.perennial.recommendation;

import static org.apache.spark.sql.functions.col;

import io.perennial.event.EventColumns;
import io.perennial.model.FactorRows;
import io.perennial.model.history.InteractionHistory;
import io.perennial.recommendation.Recommendation.Source;
import io.perennial.registry.ModelRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.unsafe.types.UTF8String;

/** A few users, worked out in the driver by the same {@link Ranking} as batches. */
final class NamedUsers {
  private final ModelRegistry registry;
  private final RecommendationSource source;
  private final Prepared prepared;
  private final RecommendationOptions options;

  NamedUsers(
      ModelRegistry registry,
      RecommendationSource source,
      Prepared prepared,
      RecommendationOptions options) {
    this.registry = registry;
    this.source = source;
    this.prepared = prepared;
    this.options = options;
  }

  /** Best items first, user by user in their order. */
  List<Recommendation> recommend(List<String> users) {
    Map<String, Integer> indices = registry.indices(source.pipeline(), "user", users);
    int[] sorted = indices.values().stream().mapToInt(Integer::intValue).sorted().toArray();
    FactorRows vectors = prepared.state().users().rows(sorted);
    InteractionHistory before =
        options.excludeSeen() || prepared.serving().isPresent() || prepared.blending().isPresent()
            ? registry.history(prepared.version()).rows(sorted)
            : InteractionHistory.empty();
    Map<String, Row> since = since(users);
    List<InternalRow> rows = new ArrayList<>();
    for (String user : users) {
      Object[] cells = new Object[Ranking.WIDTH];
      cells[Ranking.USER] = UTF8String.fromString(user);
      cells[Ranking.BUCKET] = 0;
      int index = indices.getOrDefault(user, -1);
      int vector = vectors.position(index);
      if (vector >= 0) {
        int at = vector * vectors.rank();
        cells[Ranking.FACTOR] =
            UnsafeArrayData.fromPrimitiveArray(
                Arrays.copyOfRange(vectors.values(), at, at + vectors.rank()));
      }
      int history = before.position(index);
      if (history >= 0) {
        addHistory(before, history, cells);
      }
      if (since.containsKey(user)) {
        addEvents(since.get(user), cells);
      }
      rows.add(new GenericInternalRow(cells));
    }
    Ranking ranking =
        new Ranking(
            prepared.catalogue(),
            prepared.users(),
            prepared.foldIn(),
            prepared.serving(),
            prepared.blending(),
            options);
    List<InternalRow> best = new ArrayList<>();
    ranking.rank(rows.iterator()).forEachRemaining(best::add);
    Map<String, String> titles =
        prepared
            .directory()
            .titles(
                best.stream()
                    .map(row -> row.getUTF8String(3).toString())
                    .collect(Collectors.toSet()));
    List<Recommendation> found = new ArrayList<>();
    for (InternalRow row : best) {
      String item = row.getUTF8String(3).toString();
      found.add(
          new Recommendation(
              row.getUTF8String(0).toString(),
              row.getInt(2),
              item,
              Optional.ofNullable(titles.get(item)),
              row.getFloat(4),
              Source.of(row.getUTF8String(5).toString()),
              prepared.version().version()));
    }
    return found;
  }

  private Map<String, Row> since(List<String> users) {
    Map<String, Row> since = new HashMap<>();
    if (prepared.fresh().isPresent()) {
      new UserRows(registry, source, prepared, options)
          .histories(Optional.of(col(EventColumns.USER).isin(users.toArray())))
          .select("since_user", "items", "counts", "values", "events", "last_times")
          .collectAsList()
          .forEach(row -> since.put(row.getString(0), row));
    }
    return since;
  }

  private static void addHistory(InteractionHistory before, int at, Object[] cells) {
    int from = before.offsets()[at];
    int to = before.offsets()[at + 1];
    cells[Ranking.SEEN] =
        UnsafeArrayData.fromPrimitiveArray(Arrays.copyOfRange(before.items(), from, to));
    cells[Ranking.HAD_COUNTS] =
        UnsafeArrayData.fromPrimitiveArray(Arrays.copyOfRange(before.counts(), from, to));
    cells[Ranking.HAD_EVENTS] =
        UnsafeArrayData.fromPrimitiveArray(Arrays.copyOfRange(before.events(), from, to));
    cells[Ranking.HAD_LAST_TIMES] =
        UnsafeArrayData.fromPrimitiveArray(Arrays.copyOfRange(before.lastTimes(), from, to));
  }

  private static void addEvents(Row row, Object[] cells) {
    List<Integer> items = row.getList(1);
    List<Float> counts = row.getList(2);
    List<Float> values = row.getList(3);
    List<Integer> events = row.getList(4);
    List<Long> lastTimes = row.getList(5);
    float[] counted = new float[items.size()];
    float[] valued = new float[items.size()];
    for (int n = 0; n < counted.length; n++) {
      counted[n] = counts.get(n);
      valued[n] = values.get(n);
    }
    cells[Ranking.ITEMS] =
        UnsafeArrayData.fromPrimitiveArray(items.stream().mapToInt(Integer::intValue).toArray());
    cells[Ranking.COUNTS] = UnsafeArrayData.fromPrimitiveArray(counted);
    cells[Ranking.VALUES] = UnsafeArrayData.fromPrimitiveArray(valued);
    cells[Ranking.EVENTS] =
        UnsafeArrayData.fromPrimitiveArray(events.stream().mapToInt(Integer::intValue).toArray());
    cells[Ranking.LAST_TIMES] =
        UnsafeArrayData.fromPrimitiveArray(lastTimes.stream().mapToLong(Long::longValue).toArray());
  }
}
