package io.perennial.config;

import java.nio.charset.Charset;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * One mapping of a YAML file. Each question about a key gives its value, or nothing where the key
 * is absent or its value cannot be used; in the second case a problem with key, line, value and
 * what is allowed was added. A key that nobody asked for is unknown.
 */
final class YamlSection {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(d|h|m|min|s)");

  private final String path;
  private final int line;
  private final Problems problems;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> keyLines = new LinkedHashMap<>();
  private final TreeSet<String> asked = new TreeSet<>();
  private final Map<String, YamlSection> sections = new LinkedHashMap<>();
  private final List<YamlSection> elements = new ArrayList<>();

  private YamlSection(String path, int line, Problems problems) {
    this.path = path;
    this.line = line;
    this.problems = problems;
  }

  static YamlSection absent(String path, Problems problems) {
    return new YamlSection(path, 0, problems);
  }

  static YamlSection of(String path, MappingNode node, Problems problems) {
    YamlSection section = new YamlSection(path, YamlDocument.line(node), problems);
    for (NodeTuple tuple : node.getValue()) {
      String key = ((ScalarNode) tuple.getKeyNode()).getValue();
      int line = YamlDocument.line(tuple.getKeyNode());
      if (section.values.put(key, tuple.getValueNode()) != null) {
        problems.add(line, section.pathOf(key) + " is given twice. Keep one of them.");
      }
      section.keyLines.put(key, line);
    }
    return section;
  }

  /** Where a key stands in the file, from its root: {@code model.rank}. */
  String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Whether the file says anything under this section. */
  boolean isGiven() {
    return !values.isEmpty();
  }

  /** Whether the file has the key. */
  boolean has(String key) {
    asked.add(key);
    return values.containsKey(key);
  }

  Optional<String> text(String key) {
    return scalar(key, "a text", Optional::of);
  }

  /** A text that must be there; the empty string, with a problem added, where it is not. */
  String requiredText(String key, String meaning) {
    if (!has(key)) {
      problems.add(line, pathOf(key) + " is missing: " + meaning + ".");
      return "";
    }
    return text(key).orElse("");
  }

  Optional<Integer> whole(String key, int least, int most) {
    String allowed =
        least == Integer.MIN_VALUE
            ? "a whole number"
            : "a whole number from " + least + " to " + most;
    return number(
        key,
        allowed,
        text -> {
          int value = Integer.parseInt(text);
          return value >= least && value <= most ? Optional.of(value) : Optional.empty();
        });
  }

  Optional<Long> longNumber(String key) {
    return number(key, "a whole number", text -> Optional.of(Long.parseLong(text)));
  }

  /** A finite number, both bounds inclusive. */
  Optional<Double> number(String key, double least, double most) {
    String allowed =
        least == -Double.MAX_VALUE
            ? "a number"
            : most == Double.MAX_VALUE
                ? "a number, " + plain(least) + " or more"
                : "a number from " + plain(least) + " to " + plain(most);
    return number(
        key,
        allowed,
        text -> {
          double value = Double.parseDouble(text);
          return value >= least && value <= most ? Optional.of(value) : Optional.empty();
        });
  }

  Optional<Boolean> truth(String key) {
    return scalar(
        key,
        "true or false",
        text ->
            switch (text) {
              case "true" -> Optional.of(Boolean.TRUE);
              case "false" -> Optional.of(Boolean.FALSE);
              default -> Optional.empty();
            });
  }

  /** A positive span of time: 60d, 12h, 30m, 45s, or ISO-8601 (P60D, PT12H). */
  Optional<Duration> span(String key) {
    return scalar(key, "a span of time such as 60d, 12h or PT90M", YamlSection::duration);
  }

  /** Whether a key says {@code none} instead of a value. */
  boolean isNone(String key) {
    asked.add(key);
    return values.get(key) instanceof ScalarNode scalar && scalar.getValue().equals("none");
  }

  /** A character set by its name. */
  Optional<Charset> charset(String key) {
    return scalar(
        key,
        "a character set such as UTF-8 or ISO-8859-1",
        text -> {
          try {
            return Optional.of(Charset.forName(text));
          } catch (IllegalArgumentException e) {
            return Optional.empty();
          }
        });
  }

  /** Texts under keys of which only these are known, in their order. */
  Map<String, String> textsUnder(String key, List<String> known) {
    YamlSection inner = section(key);
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : known) {
      inner.text(name).ifPresent(text -> texts.put(name, text));
    }
    return texts;
  }

  /** A time zone by its name. */
  Optional<ZoneId> zone(String key) {
    return scalar(
        key,
        "a time zone such as Europe/London or UTC",
        text -> {
          try {
            return Optional.of(ZoneId.of(text));
          } catch (DateTimeException e) {
            return Optional.empty();
          }
        });
  }

  /** One of an enum's constants, by its label. */
  <E> Optional<E> choice(String key, Class<E> type) {
    return scalar(key, "one of " + labels(type), text -> constant(type, text));
  }

  private static String labels(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> label((Enum<?>) constant))
        .collect(Collectors.joining(", "));
  }

  private static <E> Optional<E> constant(Class<E> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> label((Enum<?>) constant).equals(text))
        .findFirst();
  }

  /** One of some names. */
  Optional<String> oneOf(String key, List<String> names) {
    return scalar(
        key,
        "one of " + String.join(", ", names),
        text -> names.contains(text) ? Optional.of(text) : Optional.empty());
  }

  /** Takes every key of this section for known, whatever it is. */
  void accept() {
    asked.addAll(values.keySet());
  }

  /** An enum constant as pipeline files write it: {@code count+catalogue}. */
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace("_and_", "+");
  }

  /** A list of texts; a single text counts as a list of one. */
  Optional<List<String>> texts(String key) {
    return list(key, "a list of texts", Optional::of);
  }

  Optional<List<Integer>> wholes(String key, int least, int most) {
    return list(
        key,
        "a list of whole numbers from " + least + " to " + most,
        text ->
            parsed(() -> Integer.parseInt(text)).filter(value -> value >= least && value <= most));
  }

  /** A list of finite numbers. */
  Optional<List<Double>> numbers(String key) {
    return list(
        key,
        "a list of numbers",
        text ->
            text.endsWith("d") || text.endsWith("f")
                ? Optional.empty()
                : parsed(() -> Double.parseDouble(text)).filter(Double::isFinite));
  }

  /** A list of an enum's constants, by their labels. */
  <E> Optional<List<E>> choices(String key, Class<E> type) {
    return list(key, "a list of " + labels(type), text -> constant(type, text));
  }

  private static <T> Optional<T> parsed(Supplier<T> parse) {
    try {
      return Optional.of(parse.get());
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The section under a key; an absent one where the key is missing. */
  YamlSection section(String key) {
    asked.add(key);
    YamlSection known = sections.get(key);
    if (known != null) {
      return known;
    }
    Node node = values.get(key);
    YamlSection section;
    if (node instanceof MappingNode mapping) {
      section = of(pathOf(key), mapping, problems);
    } else {
      if (node != null && !YamlDocument.isNull(node)) {
        refuse(key, "a section with keys of its own");
      }
      section = new YamlSection(pathOf(key), lineOf(key), problems);
    }
    sections.put(key, section);
    return section;
  }

  /** A list of sections under a key. */
  List<YamlSection> sections(String key) {
    asked.add(key);
    Node node = values.get(key);
    if (node == null || YamlDocument.isNull(node)) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      refuse(key, "a list of sections, each beginning with '- '");
      return List.of();
    }
    List<YamlSection> found = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      String elementPath = pathOf(key) + "[" + found.size() + "]";
      if (element instanceof MappingNode mapping) {
        found.add(of(elementPath, mapping, problems));
      } else {
        problems.add(
            YamlDocument.line(element),
            elementPath + " must be a section with keys of its own, got " + shown(element) + ".");
      }
    }
    elements.addAll(found);
    return found;
  }

  /** The keys that the file has here, for sections whose keys are the user's own. */
  List<String> keys() {
    return List.copyOf(values.keySet());
  }

  /** What a constructor gives; where it refuses, its sentence becomes a problem of this section. */
  <T> Optional<T> build(Supplier<T> constructor) {
    try {
      return Optional.of(constructor.get());
    } catch (IllegalArgumentException e) {
      String sentence = e.getMessage();
      // The key that the sentence names first is the one that it is about.
      int mentioned =
          values.keySet().stream()
              .filter(key -> position(key, sentence) >= 0)
              .min(Comparator.comparingInt(key -> position(key, sentence)))
              .map(this::lineOf)
              .orElse(line);
      problems.add(mentioned, sentence.endsWith(".") ? sentence : sentence + ".");
      return Optional.empty();
    }
  }

  /** Adds a sentence about the whole section. */
  void problem(String sentence) {
    problems.add(line, sentence.endsWith(".") ? sentence : sentence + ".");
  }

  /** Adds a sentence about a key. */
  void problem(String key, String sentence) {
    problems.add(lineOf(key), pathOf(key) + " " + sentence);
  }

  /** Every key that was asked for, with its path, in this section and below. */
  TreeSet<String> askedPaths() {
    TreeSet<String> paths = new TreeSet<>();
    asked.forEach(
        key -> {
          if (!sections.containsKey(key)) {
            paths.add(pathOf(key));
          }
        });
    sections.values().forEach(section -> paths.addAll(section.askedPaths()));
    elements.forEach(section -> paths.addAll(section.askedPaths()));
    return paths;
  }

  /**
   * Adds a problem for each key that nobody asked for; {@code everything} is searched for hints.
   */
  void refuseUnknown(Spelling everything) {
    for (String key : values.keySet()) {
      if (!asked.contains(key)) {
        List<String> here = asked.stream().map(this::pathOf).toList();
        String hint = everything.nearest(pathOf(key), key, here);
        problems.add(lineOf(key), pathOf(key) + " is not known." + hint);
      }
    }
    sections.values().forEach(section -> section.refuseUnknown(everything));
    elements.forEach(section -> section.refuseUnknown(everything));
  }

  private static int position(String key, String sentence) {
    Matcher matcher = Pattern.compile("\\b" + Pattern.quote(key) + "\\b").matcher(sentence);
    return matcher.find() ? matcher.start() : -1;
  }

  private int lineOf(String key) {
    return keyLines.getOrDefault(key, line);
  }

  private <T> Optional<T> number(String key, String allowed, Function<String, Optional<T>> parse) {
    return scalar(
        key,
        allowed,
        text -> {
          if (values.get(key) instanceof ScalarNode scalar && !YamlDocument.isUnquoted(scalar)) {
            return Optional.empty();
          }
          try {
            return parse.apply(text.endsWith("d") || text.endsWith("f") ? "" : text);
          } catch (NumberFormatException e) {
            return Optional.empty();
          }
        });
  }

  private <T> Optional<T> scalar(String key, String allowed, Function<String, Optional<T>> parse) {
    asked.add(key);
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    Optional<T> value = YamlDocument.scalar(node).map(ScalarNode::getValue).flatMap(parse);
    if (value.isEmpty()) {
      refuse(key, allowed);
    }
    return value;
  }

  private <T> Optional<List<T>> list(
      String key, String allowed, Function<String, Optional<T>> parse) {
    asked.add(key);
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    List<Node> nodes = node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
    List<T> found = new ArrayList<>();
    for (Node element : nodes) {
      Optional<T> value = YamlDocument.scalar(element).map(ScalarNode::getValue).flatMap(parse);
      if (value.isEmpty()) {
        refuse(key, allowed);
        return Optional.empty();
      }
      found.add(value.get());
    }
    return Optional.of(found);
  }

  private void refuse(String key, String allowed) {
    problems.add(
        lineOf(key), pathOf(key) + " must be " + allowed + ", got " + shown(values.get(key)) + ".");
  }

  private static String shown(Node node) {
    if (YamlDocument.isNull(node)) {
      return "nothing";
    }
    if (node instanceof ScalarNode scalar) {
      String text = scalar.getValue();
      return "'" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "'";
    }
    return node instanceof SequenceNode ? "a list" : "a section";
  }

  private static Optional<Duration> duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    Duration duration;
    try {
      if (matcher.matches()) {
        long amount = Long.parseLong(matcher.group(1));
        duration =
            switch (matcher.group(2)) {
              case "d" -> Duration.ofDays(amount);
              case "h" -> Duration.ofHours(amount);
              case "m", "min" -> Duration.ofMinutes(amount);
              default -> Duration.ofSeconds(amount);
            };
      } else {
        duration = Duration.parse(text);
      }
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.empty();
    }
    return duration.isNegative() || duration.isZero() ? Optional.empty() : Optional.of(duration);
  }

  private static String plain(double bound) {
    return bound == Math.rint(bound) && Math.abs(bound) < 1e15
        ? Long.toString((long) bound)
        : Double.toString(bound);
  }
}
