package io.perennial.report;

import io.perennial.Warehouse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options.CreateOpts;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Where pages lie: {@code reports/index.html}, {@code reports/PIPELINE/index.html}, {@code
 * reports/PIPELINE/version-N.html} and {@code reports/PIPELINE/backtest-ID.html}. A page is written
 * beside its place and then renamed, so that no reader sees half of one.
 */
final class PageFolder {
  private static final Pattern VERSION_PAGE = Pattern.compile("version-(\\d{1,18})\\.html");

  /** Name of the page of a folder that leads to the others. */
  static final String INDEX = "index.html";

  private static final AtomicLong WRITES = new AtomicLong();

  private final String root;
  private final Configuration configuration;

  PageFolder(Warehouse warehouse, Configuration configuration) {
    this.root = warehouse.reports();
    this.configuration = configuration;
  }

  /**
   * A pipeline's name as the name of a folder: letters, digits, dash and underscore stay, every
   * other UTF-16 unit becomes {@code ~XXXX}; so different names never meet and none leads
   * elsewhere.
   */
  static String folderName(String pipeline) {
    StringBuilder name = new StringBuilder();
    for (char c : pipeline.toCharArray()) {
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_';
      if (plain) {
        name.append(c);
      } else {
        name.append(String.format("~%04X", (int) c));
      }
    }
    return name.isEmpty() ? "~" : name.toString();
  }

  /** Name of a version's page in its pipeline's folder. */
  static String versionPage(long version) {
    return "version-" + version + ".html";
  }

  /** Name of a backtest's page in its pipeline's folder. */
  static String backtestPage(String backtest) {
    return "backtest-" + folderName(backtest) + ".html";
  }

  /** The versions of a pipeline that have a page. */
  Set<Long> versionPages(String pipeline) {
    Set<Long> versions = new TreeSet<>();
    Path folder = new Path(root, folderName(pipeline));
    try {
      FileContext files = FileContext.getFileContext(folder.toUri(), configuration);
      if (files.util().exists(folder)) {
        RemoteIterator<FileStatus> pages = files.listStatus(folder);
        while (pages.hasNext()) {
          Matcher name = VERSION_PAGE.matcher(pages.next().getPath().getName());
          if (name.matches()) {
            versions.add(Long.parseLong(name.group(1)));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list the reports in " + folder, e);
    }
    return versions;
  }

  /** Those of some pipelines that have a page of history. */
  Set<String> histories(Collection<String> pipelines) {
    Set<String> histories = new TreeSet<>();
    try {
      FileContext files = FileContext.getFileContext(new Path(root).toUri(), configuration);
      for (String pipeline : pipelines) {
        if (files.util().exists(new Path(new Path(root, folderName(pipeline)), INDEX))) {
          histories.add(pipeline);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list the reports in " + root, e);
    }
    return histories;
  }

  /**
   * Writes a page, replacing an older one.
   *
   * @param pipeline whose folder; empty for the folder of all
   * @return its full path
   */
  String write(Optional<String> pipeline, String name, String html) {
    Path folder = pipeline.map(p -> new Path(root, folderName(p))).orElseGet(() -> new Path(root));
    Path page = new Path(folder, name);
    Path draft =
        new Path(
            folder,
            "." + name + "." + ProcessHandle.current().pid() + "-" + WRITES.incrementAndGet());
    try {
      FileContext files = FileContext.getFileContext(folder.toUri(), configuration);
      try {
        try (OutputStream out =
            files.create(
                draft,
                EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE),
                CreateOpts.createParent())) {
          out.write(html.getBytes(StandardCharsets.UTF_8));
        }
        files.rename(draft, page, Rename.OVERWRITE);
      } finally {
        if (files.util().exists(draft)) {
          files.delete(draft, false);
        }
      }
    } catch (IOException e) {
      throw new UnwritableReportException(page.toString(), e);
    }
    return page.toString();
  }
}
