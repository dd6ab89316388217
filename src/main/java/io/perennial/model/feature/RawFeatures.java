package io.perennial.model.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Features of some entities as their table has them, texts as keys: a key is a hash from 1 to
 * {@link #MOST_KEY}, so that no text need be kept.
 *
 * @param indices dense index of each entity
 * @param categories key of each categorical column by entity; {@link #MISSING} where there is no
 *     value
 * @param numbers value of each numeric column by entity; not finite where there is none
 * @param tags keys of each column of tags by entity, each once
 */
public record RawFeatures(int[] indices, long[][] categories, double[][] numbers, long[][][] tags)
    implements Serializable {
  /** Key of no category. */
  public static final long MISSING = 0;

  /** Largest key: doubles hold every whole number up to here. */
  public static final long MOST_KEY = (1L << 53) - 1;

  /** One row an entity; nulls are missing values. */
  public static final StructType SCHEMA =
      new StructType()
          .add("index", DataTypes.IntegerType, false)
          .add("categories", DataTypes.createArrayType(DataTypes.LongType, true), false)
          .add("numbers", DataTypes.createArrayType(DataTypes.DoubleType, true), false)
          .add(
              "tags",
              DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.LongType, true), true),
              false);

  private static final int PIECE = 1 << 14;

  public RawFeatures {
    if (categories.length != indices.length
        || numbers.length != indices.length
        || tags.length != indices.length) {
      throw new IllegalArgumentException("The columns of features do not fit together");
    }
  }

  /** The rows of a table, in pieces and in no order. */
  public static JavaRDD<RawFeatures> pieces(Dataset<Row> rows) {
    return rows.select("index", "categories", "numbers", "tags")
        .toJavaRDD()
        .mapPartitions(RawFeatures::pieces);
  }

  private static Iterator<RawFeatures> pieces(Iterator<Row> rows) {
    List<RawFeatures> pieces = new ArrayList<>();
    while (rows.hasNext()) {
      List<Row> some = new ArrayList<>();
      while (rows.hasNext() && some.size() < PIECE) {
        some.add(rows.next());
      }
      pieces.add(of(some));
    }
    return pieces.iterator();
  }

  private static RawFeatures of(List<Row> rows) {
    int size = rows.size();
    RawFeatures piece =
        new RawFeatures(new int[size], new long[size][], new double[size][], new long[size][][]);
    for (int n = 0; n < size; n++) {
      Row row = rows.get(n);
      piece.indices[n] = row.getInt(0);
      piece.categories[n] = keys(row.getList(1));
      List<Double> numbers = row.getList(2);
      piece.numbers[n] = numbers.stream().mapToDouble(v -> v == null ? Double.NaN : v).toArray();
      List<scala.collection.Seq<Long>> tags = row.getList(3);
      piece.tags[n] = new long[tags.size()][];
      for (int t = 0; t < tags.size(); t++) {
        piece.tags[n][t] =
            tags.get(t) == null
                ? new long[0]
                : Arrays.stream(keys(scala.jdk.javaapi.CollectionConverters.asJava(tags.get(t))))
                    .filter(key -> key != MISSING)
                    .sorted()
                    .distinct()
                    .toArray();
      }
    }
    return piece;
  }

  private static long[] keys(List<Long> keys) {
    return keys.stream().mapToLong(key -> key == null ? MISSING : key).toArray();
  }

  /** All of some pieces, sorted by index. */
  public static RawFeatures together(List<RawFeatures> pieces) {
    List<int[]> places = new ArrayList<>();
    for (int piece = 0; piece < pieces.size(); piece++) {
      for (int n = 0; n < pieces.get(piece).size(); n++) {
        places.add(new int[] {piece, n});
      }
    }
    places.sort(Comparator.comparingInt(place -> pieces.get(place[0]).indices[place[1]]));
    int size = places.size();
    RawFeatures all =
        new RawFeatures(new int[size], new long[size][], new double[size][], new long[size][][]);
    for (int n = 0; n < size; n++) {
      RawFeatures from = pieces.get(places.get(n)[0]);
      int at = places.get(n)[1];
      all.indices[n] = from.indices[at];
      all.categories[n] = from.categories[at];
      all.numbers[n] = from.numbers[at];
      all.tags[n] = from.tags[at];
    }
    return all;
  }

  /** Number of entities. */
  public int size() {
    return indices.length;
  }

  /** Those of the indices that a condition accepts, in their order. */
  public RawFeatures where(IntPredicate index) {
    int[] kept = new int[size()];
    int n = 0;
    for (int place = 0; place < size(); place++) {
      if (index.test(indices[place])) {
        kept[n++] = place;
      }
    }
    RawFeatures some = new RawFeatures(new int[n], new long[n][], new double[n][], new long[n][][]);
    for (int place = 0; place < n; place++) {
      some.indices[place] = indices[kept[place]];
      some.categories[place] = categories[kept[place]];
      some.numbers[place] = numbers[kept[place]];
      some.tags[place] = tags[kept[place]];
    }
    return some;
  }
}
