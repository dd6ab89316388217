package io.perennial.report;

import io.perennial.Warehouse;
import io.perennial.report.PipelineTables.VersionRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/**
 * Writes HTML reports from what the tables hold, into {@link Warehouse#reports()}: one page for
 * each version, one for a pipeline's history, one that lists the pipelines. Every page is one file
 * that opens offline. Tables or rows that do not exist give a page that says so.
 */
public final class ReportWriter {
  private final TablesReader reader;
  private final PageFolder folder;
  private final PageRenderer renderer = new PageRenderer();

  public ReportWriter(SparkSession spark, Warehouse warehouse) {
    this.reader = new TablesReader(spark, warehouse);
    this.folder = new PageFolder(warehouse, spark.sessionState().newHadoopConf());
  }

  /**
   * Writes the page of one version, and the list of pipelines.
   *
   * @return path of the page
   * @throws UnwritableReportException when the folder refuses it
   */
  public String writeVersion(String pipeline, long version) {
    String path = version(reader.read(pipeline, Set.of(version)), version);
    writeIndex();
    return path;
  }

  /**
   * Writes the page of a pipeline's history, and the list of pipelines.
   *
   * @return path of the page
   * @throws UnwritableReportException when the folder refuses it
   */
  public String writeHistory(String pipeline) {
    String path = history(reader.read(pipeline, Set.of()));
    writeIndex();
    return path;
  }

  /**
   * Writes the page of one version, then the history and the list, from one reading of the tables:
   * what a night does at its end.
   *
   * @return path of the version's page
   * @throws UnwritableReportException when the folder refuses one
   */
  public String writeNight(String pipeline, long version) {
    PipelineTables tables = reader.read(pipeline, Set.of(version));
    String path = version(tables, version);
    history(tables);
    writeIndex();
    return path;
  }

  /**
   * Writes the pages of several versions, then the history and the list, from one reading of the
   * tables.
   *
   * @return paths of the versions' pages, in the order given, then that of the history
   * @throws UnwritableReportException when the folder refuses one
   */
  public List<String> writeVersions(String pipeline, Collection<Long> versions) {
    PipelineTables tables = reader.read(pipeline, Set.copyOf(versions));
    List<String> paths = new ArrayList<>();
    versions.forEach(version -> paths.add(version(tables, version)));
    paths.add(history(tables));
    writeIndex();
    return paths;
  }

  /**
   * Writes the page of a backtest.
   *
   * @param subject what was replayed, and how
   * @return path of the page
   * @throws UnwritableReportException when the folder refuses it
   */
  public String writeBacktest(BacktestSubject subject, BacktestFigures figures) {
    return folder.write(
        Optional.of(subject.pipeline()),
        PageFolder.backtestPage(subject.id()),
        renderer.html(BacktestPage.of(subject, figures)));
  }

  /**
   * Writes the list of pipelines.
   *
   * @return path of the page
   * @throws UnwritableReportException when the folder refuses it
   */
  public String writeIndex() {
    Map<String, List<VersionRow>> pipelines = reader.pipelines();
    Page page = IndexPage.of(pipelines, reader.champions(), folder.histories(pipelines.keySet()));
    return folder.write(Optional.empty(), PageFolder.INDEX, renderer.html(page));
  }

  private String version(PipelineTables tables, long version) {
    Set<Long> pages = folder.versionPages(tables.pipeline());
    Page page = VersionPage.of(tables, version, pages);
    return folder.write(
        Optional.of(tables.pipeline()), PageFolder.versionPage(version), renderer.html(page));
  }

  private String history(PipelineTables tables) {
    Page page = HistoryPage.of(tables, folder.versionPages(tables.pipeline()));
    return folder.write(Optional.of(tables.pipeline()), PageFolder.INDEX, renderer.html(page));
  }
}
