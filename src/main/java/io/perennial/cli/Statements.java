package io.perennial.cli;

import java.util.ArrayList;
import java.util.List;

/** Cuts a text into SQL statements at semicolons outside of quotes and comments. */
final class Statements {
  private Statements() {}

  /** The statements of a text, without their semicolons; blank ones and bare comments left out. */
  static List<String> split(String text) {
    List<String> statements = new ArrayList<>();
    int begin = 0;
    int at = 0;
    boolean substance = false;
    while (at < text.length()) {
      int skipped = skip(text, at);
      char here = text.charAt(at);
      if (here == ';') {
        add(statements, text.substring(begin, at), substance);
        begin = at + 1;
        substance = false;
      } else if (!Character.isWhitespace(here) && !isComment(text, at)) {
        substance = true;
      }
      at = skipped;
    }
    add(statements, text.substring(begin), substance);
    return statements;
  }

  /** Whether a text ends with the semicolon of its last statement. */
  static boolean isComplete(String text) {
    int at = 0;
    boolean complete = text.isBlank();
    while (at < text.length()) {
      char here = text.charAt(at);
      if (here == ';') {
        complete = true;
      } else if (!Character.isWhitespace(here) && !isComment(text, at)) {
        complete = false;
      }
      at = skip(text, at);
    }
    return complete;
  }

  private static void add(List<String> statements, String statement, boolean substance) {
    if (substance) {
      statements.add(statement.strip());
    }
  }

  private static boolean isComment(String text, int at) {
    return text.startsWith("--", at) || text.startsWith("/*", at);
  }

  /** Where the next token begins: after a quoted text or a comment, else one character on. */
  private static int skip(String text, int at) {
    char here = text.charAt(at);
    if (here == '\'' || here == '"' || here == '`') {
      for (int end = at + 1; end < text.length(); end++) {
        if (text.charAt(end) == '\\' && here != '`') {
          end++;
        } else if (text.charAt(end) == here) {
          return end + 1;
        }
      }
      return text.length();
    }
    if (text.startsWith("--", at)) {
      int end = text.indexOf('\n', at);
      return end < 0 ? text.length() : end;
    }
    if (text.startsWith("/*", at)) {
      int end = text.indexOf("*/", at + 2);
      return end < 0 ? text.length() : end + 2;
    }
    return at + 1;
  }
}
