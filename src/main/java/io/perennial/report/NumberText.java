package io.perennial.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How figures are written for people: sensible digits, and an en dash where there is no figure. */
final class NumberText {
  /** Stands for a figure that does not exist. */
  static final String NONE = "–";

  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private NumberText() {}

  /** A score or any other real figure: three decimals below 1, fewer above, two digits at least. */
  static String score(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    String text;
    if (size >= 1000 || (size >= 100 && value == Math.rint(value))) {
      text = String.format(Locale.US, "%,.0f", value);
    } else if (value == Math.rint(value)) {
      text = String.format(Locale.US, "%.0f", value);
    } else if (size >= 100) {
      text = String.format(Locale.US, "%.0f", value);
    } else if (size >= 10) {
      text = String.format(Locale.US, "%.1f", value);
    } else if (size >= 1) {
      text = String.format(Locale.US, "%.2f", value);
    } else if (size >= 0.01) {
      text = String.format(Locale.US, "%.3f", value);
    } else {
      text =
          new BigDecimal(value)
              .round(new MathContext(2, RoundingMode.HALF_EVEN))
              .stripTrailingZeros()
              .toString()
              .replace("E-", "e-");
    }
    return minus(text);
  }

  /** A score with its interval, where that is known. */
  static String score(double value, double low, double high) {
    if (!Double.isFinite(low) || !Double.isFinite(high) || !Double.isFinite(value)) {
      return score(value);
    }
    return score(value) + " (" + score(low) + " to " + score(high) + ")";
  }

  /** A whole number with thousands set apart. */
  static String count(long value) {
    return minus(String.format(Locale.US, "%,d", value));
  }

  /** A relative change: {@code 0.021} is "+2.1 %". */
  static String change(double share) {
    if (!Double.isFinite(share)) {
      return NONE;
    }
    double percent = 100 * share;
    String text =
        String.format(Locale.US, Math.abs(percent) >= 100 ? "%+.0f %%" : "%+.1f %%", percent);
    return minus(text.matches("[+-]0\\.0 %") ? "0.0 %" : text);
  }

  /** Seconds, as minutes and hours where there are many. */
  static String seconds(double seconds) {
    if (!Double.isFinite(seconds)) {
      return NONE;
    }
    if (seconds < 120) {
      return String.format(Locale.US, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
    }
    Duration duration = Duration.ofSeconds(Math.round(seconds));
    return duration.toHours() > 0
        ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
        : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
  }

  /** An instant to the minute, in UTC. */
  static String instant(Instant instant) {
    return instant == null ? NONE : INSTANT.format(instant);
  }

  /** A figure for a chart; null, which draws nothing, where there is none. */
  static Double drawn(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(7)).doubleValue()
        : null;
  }

  private static String minus(String text) {
    return text.startsWith("-") ? "−" + text.substring(1) : text;
  }
}
