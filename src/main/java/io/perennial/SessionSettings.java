package io.perennial;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** Settings of a session for a while; after it they are what they were, or unset again. */
public final class SessionSettings {
  private final SparkSession spark;
  private final Map<String, Optional<String>> before = new LinkedHashMap<>();

  private SessionSettings(SparkSession spark) {
    this.spark = spark;
  }

  /** Sets them from now on. */
  public static SessionSettings set(SparkSession spark, Map<String, String> settings) {
    SessionSettings set = new SessionSettings(spark);
    settings.forEach(
        (key, value) -> {
          scala.Option<String> now = spark.conf().getOption(key);
          set.before.put(key, now.isDefined() ? Optional.of(now.get()) : Optional.empty());
          spark.conf().set(key, value);
        });
    return set;
  }

  /** Sets them while some work is done. */
  public static <T> T during(SparkSession spark, Map<String, String> settings, Supplier<T> work) {
    SessionSettings set = set(spark, settings);
    try {
      return work.get();
    } finally {
      set.restore();
    }
  }

  /** As it was before; doing it again changes nothing. */
  public void restore() {
    before.forEach(
        (key, value) ->
            value.ifPresentOrElse(
                earlier -> spark.conf().set(key, earlier), () -> spark.conf().unset(key)));
  }
}
