package io.perennial.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes HTML of a {@link Page}: one file that holds its styles, its data and the scripts that draw,
 * and asks nothing of any network. The page's content security policy names the digests of these
 * scripts and styles and allows nothing else.
 */
final class PageRenderer {
  private static final String ECHARTS =
      "META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, PageRenderer.class.getClassLoader(), "io.perennial.report.page");
  private final String library = asset(ECHARTS, "</script");
  private final String script = asset("io/perennial/report/charts.js", "</script");
  private final String style = asset("io/perennial/report/report.css", "</style");

  /** The whole document. */
  String html(Page page) {
    List<Map<String, Object>> charts =
        page.charts().stream()
            .map(c -> Map.<String, Object>of("id", c.id(), "data", c.data()))
            .toList();
    StringOutput html = new StringOutput(1 << 21);
    templates.render(
        "page.jte",
        Map.of(
            "page",
            page,
            "policy",
            charts.isEmpty() ? policy(List.of()) : policy(List.of(library, script)),
            "style",
            style,
            "library",
            charts.isEmpty() ? "" : library,
            "script",
            charts.isEmpty() ? "" : script,
            "data",
            charts.isEmpty() ? "" : ScriptJson.of(charts)),
        html);
    return html.toString();
  }

  private String policy(List<String> scripts) {
    StringBuilder sources = new StringBuilder();
    scripts.forEach(s -> sources.append(' ').append(digest(s)));
    return "default-src 'none'; script-src "
        + (scripts.isEmpty() ? "'none'" : sources.substring(1))
        + "; style-src "
        + digest(style)
        + "; img-src data:; base-uri 'none'; form-action 'none'";
  }

  private static String digest(String text) {
    try {
      byte[] sha =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(sha) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Text of a file of the class path, as a browser will read it between two tags. */
  private static String asset(String name, String end) {
    try (InputStream in = PageRenderer.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "Reports need "
                + name
                + " on the class path, and it is not there. Build again with 'mvn package', and"
                + " start with everything in target/lib.");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
      if (text.toLowerCase(Locale.ROOT).contains(end) || text.contains("<!--")) {
        throw new IllegalStateException(
            name + " holds " + end + " or <!--, and cannot be part of a page");
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + name + " from the class path", e);
    }
  }
}
