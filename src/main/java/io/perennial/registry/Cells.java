package io.perennial.registry;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import scala.collection.Iterable;
import scala.jdk.javaapi.CollectionConverters;

/** The cells of a row by column name, as Java's own types. */
record Cells(Row row) {

  boolean isNull(String column) {
    return row.isNullAt(row.fieldIndex(column));
  }

  String text(String column) {
    return row.getString(row.fieldIndex(column));
  }

  Optional<String> optionalText(String column) {
    return isNull(column) ? Optional.empty() : Optional.of(text(column));
  }

  long number(String column) {
    return row.getLong(row.fieldIndex(column));
  }

  int integer(String column) {
    return row.getInt(row.fieldIndex(column));
  }

  double real(String column) {
    return row.getDouble(row.fieldIndex(column));
  }

  Optional<Long> optionalNumber(String column) {
    return isNull(column) ? Optional.empty() : Optional.of(number(column));
  }

  /** Of a column in microseconds since 1970. */
  Instant instant(String column) {
    return Timestamps.instant(number(column));
  }

  <T> List<T> list(String column) {
    return row.getList(row.fieldIndex(column));
  }

  int[] ints(String column) {
    List<Integer> values = list(column);
    int[] array = new int[values.size()];
    int n = 0;
    for (Integer value : values) {
      array[n++] = value;
    }
    return array;
  }

  float[] floats(String column) {
    List<Float> values = list(column);
    float[] array = new float[values.size()];
    int n = 0;
    for (Float value : values) {
      array[n++] = value;
    }
    return array;
  }

  long[] longs(String column) {
    List<Long> values = list(column);
    long[] array = new long[values.size()];
    int n = 0;
    for (Long value : values) {
      array[n++] = value;
    }
    return array;
  }

  double[] doubles(String column) {
    return doubles(this.<Double>list(column));
  }

  <V> Map<String, V> map(String column) {
    return isNull(column) ? Map.of() : row.getJavaMap(row.fieldIndex(column));
  }

  Map<String, double[]> arrays(String column) {
    Map<String, Iterable<Double>> values = map(column);
    Map<String, double[]> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, Iterable<Double>> entry : values.entrySet()) {
      arrays.put(entry.getKey(), doubles(CollectionConverters.asJava(entry.getValue())));
    }
    return arrays;
  }

  private static double[] doubles(java.lang.Iterable<Double> values) {
    int size = 0;
    for (Double ignored : values) {
      size++;
    }
    double[] array = new double[size];
    int n = 0;
    for (Double value : values) {
      array[n++] = value;
    }
    return array;
  }
}
