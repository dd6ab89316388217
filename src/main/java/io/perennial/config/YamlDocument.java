package io.perennial.config;

import java.io.StringReader;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The plain part of YAML: mappings, lists and scalars. Only the tree is composed, no object is ever
 * constructed; anchors, aliases, merge keys and tags are refused, so a small file stays small.
 */
final class YamlDocument {
  /** Longest file, in characters. */
  static final int MAXIMAL_LENGTH = 256 * 1024;

  private static final int MAXIMAL_DEPTH = 12;

  private static final List<Tag> PLAIN =
      List.of(
          Tag.MAP,
          Tag.SEQ,
          Tag.STR,
          Tag.INT,
          Tag.FLOAT,
          Tag.BOOL,
          Tag.NULL,
          Tag.TIMESTAMP,
          Tag.MERGE);

  private YamlDocument() {}

  /** The root of a text; an empty mapping for an empty text. Problems are added, not thrown. */
  static YamlSection read(String text, Problems problems) {
    if (text.length() > MAXIMAL_LENGTH) {
      problems.add(
          0,
          "is longer than a pipeline file can be ("
              + text.length()
              + " characters, at most "
              + MAXIMAL_LENGTH
              + ").");
      return YamlSection.absent("", problems);
    }
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(MAXIMAL_DEPTH);
    options.setCodePointLimit(MAXIMAL_LENGTH);
    Node root;
    try {
      root = new Yaml(options).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      problems.add(line, "is not YAML: " + e.getProblem() + ".");
      return YamlSection.absent("", problems);
    } catch (YAMLException e) {
      problems.add(0, "is not YAML that can be read: " + e.getMessage() + ".");
      return YamlSection.absent("", problems);
    }
    if (root == null) {
      return YamlSection.absent("", problems);
    }
    if (!isPlain(root, problems, new IdentityHashMap<>())) {
      return YamlSection.absent("", problems);
    }
    if (!(root instanceof MappingNode mapping)) {
      problems.add(
          line(root), "A pipeline file consists of keys with values, such as 'name: shop'.");
      return YamlSection.absent("", problems);
    }
    return YamlSection.of("", mapping, problems);
  }

  static int line(Node node) {
    return node.getStartMark() == null ? 0 : node.getStartMark().getLine() + 1;
  }

  /** A scalar as it was written; empty for lists, mappings and missing values. */
  static Optional<ScalarNode> scalar(Node node) {
    return node instanceof ScalarNode scalar && !isNull(scalar)
        ? Optional.of(scalar)
        : Optional.empty();
  }

  static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && isUnquoted(scalar)
        && (scalar.getValue().isEmpty()
            || scalar.getValue().equals("~")
            || scalar.getValue().equals("null"));
  }

  static boolean isUnquoted(ScalarNode scalar) {
    return scalar.getScalarStyle() == org.yaml.snakeyaml.DumperOptions.ScalarStyle.PLAIN;
  }

  private static boolean isPlain(Node node, Problems problems, Map<Node, Boolean> seen) {
    if (node.getAnchor() != null || seen.put(node, Boolean.TRUE) != null) {
      problems.add(
          line(node),
          "Anchors and aliases (& and *) are not part of a pipeline file: write the value out.");
      return false;
    }
    if (!PLAIN.contains(node.getTag())) {
      problems.add(
          line(node),
          "Tags ("
              + node.getTag().getValue()
              + ") are not part of a pipeline file: write the value alone.");
      return false;
    }
    boolean plain = true;
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode)) {
          problems.add(line(tuple.getKeyNode()), "A key must be one word.");
          plain = false;
        } else {
          plain &= isPlain(tuple.getKeyNode(), problems, seen);
        }
        plain &= isPlain(tuple.getValueNode(), problems, seen);
      }
    } else if (node instanceof SequenceNode sequence) {
      for (Node element : sequence.getValue()) {
        plain &= isPlain(element, problems, seen);
      }
    }
    return plain;
  }
}
