package io.perennial.config;

import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.model.FamilyOptions;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a replay of history needs besides its dates: the section {@code backtest} of a pipeline
 * file. It decides nothing that a night learns.
 *
 * @param baseFrom first day of the events that every arm begins with; empty: the first there is
 * @param baseTo their last day; the days between it and the first reported night are learnt night
 *     by night, but not reported; empty: the day before the first reported night
 * @param arms parameters of every arm
 * @param variants of {@code ours-model}, by the names that the pipeline file gives them
 */
public record BacktestDefinition(
    Optional<LocalDate> baseFrom,
    Optional<LocalDate> baseTo,
    Map<BacktestArm, Arm> arms,
    Map<String, Arm> variants) {
  /** Stands for all variants where some are asked for, so it names none. */
  public static final String ALL = "all";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

  /**
   * Parameters of one arm; each arm reads what concerns it.
   *
   * @param learner of the arms that learn the pipeline's family
   * @param neighbours of item-knn
   */
  public record Arm(FamilyOptions<?, ?> learner, NeighbourOptions neighbours) {
    public Arm {
      Objects.requireNonNull(learner, "learner");
      Objects.requireNonNull(neighbours, "neighbours");
    }

    /** The family's own options record. */
    public Record model() {
      return learner.model();
    }

    /** The family's own options of distillation, of the arms that have a teacher. */
    public Record distillation() {
      return learner.distillation();
    }

    /** The same with other options of the family. */
    public Arm with(FamilyOptions<?, ?> other) {
      return new Arm(other, neighbours);
    }

    /** The same with other neighbours. */
    public Arm with(NeighbourOptions other) {
      return new Arm(learner, other);
    }

    /** A part of what names a backtest: where it changes, backtests are not gone on with. */
    @Override
    public String toString() {
      return "Arm[model="
          + model()
          + ", distillation="
          + distillation()
          + ", neighbours="
          + neighbours
          + "]";
    }
  }

  public BacktestDefinition {
    if (baseFrom.isPresent() && baseTo.isPresent() && baseTo.get().isBefore(baseFrom.get())) {
      throw new IllegalArgumentException(
          "backtest.baseTo must not lie before baseFrom, got "
              + baseTo.get()
              + " and "
              + baseFrom.get());
    }
    arms = new EnumMap<>(arms);
    for (BacktestArm arm : BacktestArm.values()) {
      if (!arms.containsKey(arm)) {
        throw new IllegalArgumentException("No parameters of the arm " + arm.label());
      }
    }
    arms = Collections.unmodifiableMap(arms);
    variants = Collections.unmodifiableMap(new LinkedHashMap<>(variants));
    for (String name : variants.keySet()) {
      if (!NAME.matcher(name).matches() || BacktestArm.of(name).isPresent() || name.equals(ALL)) {
        throw new IllegalArgumentException(
            "backtest.variants: a name has at most 40 lower-case letters, digits and hyphens, begins"
                + " with a letter and is no arm's, got '"
                + name
                + "'");
      }
    }
  }

  /**
   * A variant's parameters.
   *
   * @throws IllegalArgumentException where the file has none of this name
   */
  public Arm variant(String name) {
    Arm variant = variants.get(name);
    if (variant == null) {
      throw new IllegalArgumentException("backtest.variants has no '" + name + "'");
    }
    return variant;
  }

  /** What a variant has otherwise than {@code ours-model}, in words. */
  public String describeVariant(String name) {
    BacktestDefinition varied = with(Map.of(BacktestArm.OURS_MODEL, variant(name)));
    return changes(BacktestArm.OURS_MODEL, varied).entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /** Parameters of an arm. */
  public Arm arm(BacktestArm arm) {
    return arms.get(arm);
  }

  /** The same with other parameters of some arms. */
  public BacktestDefinition with(Map<BacktestArm, Arm> others) {
    Map<BacktestArm, Arm> all = new EnumMap<>(arms);
    all.putAll(others);
    return new BacktestDefinition(baseFrom, baseTo, all, variants);
  }

  /** The parameters that concern an arm, in words; empty where it has none. */
  public String describe(BacktestArm arm) {
    return text(arm).entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /**
   * What some arms have otherwise than here, as the section {@code arms} of a pipeline file; empty
   * where nothing differs.
   */
  public List<String> changes(BacktestDefinition other) {
    List<String> lines = new ArrayList<>();
    for (BacktestArm arm : BacktestArm.values()) {
      Map<String, String> changes = changes(arm, other);
      if (!changes.isEmpty()) {
        lines.add("    " + arm.label() + ":");
      }
      String section = "";
      for (String key : changes.keySet()) {
        int dot = key.indexOf('.');
        String head = dot < 0 ? "" : key.substring(0, dot);
        if (!head.equals(section) && !head.isEmpty()) {
          lines.add("      " + head + ":");
        }
        section = head;
        lines.add(
            (head.isEmpty() ? "      " : "        ")
                + key.substring(dot + 1)
                + ": "
                + changes.get(key));
      }
    }
    if (!lines.isEmpty()) {
      lines.add(0, "  arms:");
      lines.add(0, "backtest:");
    }
    return lines;
  }

  /** What an arm has there otherwise than here, by its keys; {@code none} where it has no such. */
  private Map<String, String> changes(BacktestArm arm, BacktestDefinition other) {
    Map<String, String> now = text(arm);
    Map<String, String> then = other.text(arm);
    Map<String, String> changes = new TreeMap<>(then);
    now.keySet().forEach(key -> changes.putIfAbsent(key, "none"));
    changes.entrySet().removeIf(change -> change.getValue().equals(now.get(change.getKey())));
    return changes;
  }

  /** The parameters that concern an arm, by their keys in its section. */
  private Map<String, String> text(BacktestArm arm) {
    CanonicalForm form = new CanonicalForm();
    switch (arm.keys()) {
      case NONE -> {}
      case MODEL -> form.with("", arm(arm).model());
      case MODEL_AND_DISTILLATION ->
          form.with("", arm(arm).model()).with(".distillation", arm(arm).distillation());
      case NEIGHBOURS -> form.with("", arm(arm).neighbours());
    }
    Map<String, String> text = new TreeMap<>();
    form.text().forEach((key, value) -> text.put(key.substring(1), value));
    return text;
  }
}
