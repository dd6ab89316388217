package io.perennial.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.model.FactorRows;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.RawFeatures;
import io.perennial.model.feature.TagColumn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The default for ratings on MovieTweetings, the last tenth in time as test: better than shrunk
 * biases of users and items, over all test rows and over those whose user and item are known.
 */
class MovieTweetingsIT {
  private static final Path FILE = Path.of("shared/data/movietweetings/ratings.dat.gz");
  private static final double BIASES = 1.651;
  private static final double BIASES_WHERE_KNOWN = 1.488;

  private static final Path FILMS = Path.of("shared/data/movietweetings/movies.dat.gz");

  private record Rating(int user, int item, double value, long second) {}

  private final Map<Long, Integer> films = new HashMap<>();

  private static Optional<Path> file() {
    return beside(FILE);
  }

  private static Optional<Path> beside(Path file) {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve(file))) {
      at = at.getParent();
    }
    return Optional.ofNullable(at).map(folder -> folder.resolve(file));
  }

  private static List<String> lines(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    }
    return lines;
  }

  private List<Rating> ratings(Path file) throws IOException {
    List<long[]> rows = new ArrayList<>();
    for (String line : lines(file)) {
      rows.add(Arrays.stream(line.split("::")).mapToLong(Long::parseLong).toArray());
    }
    rows.sort(Comparator.comparingLong(row -> row[3]));
    Map<Long, Integer> users = new HashMap<>();
    List<Rating> ratings = new ArrayList<>();
    for (long[] row : rows) {
      int user = users.computeIfAbsent(row[0], id -> users.size());
      int item = films.computeIfAbsent(row[1], id -> films.size());
      ratings.add(new Rating(user, item, row[2], row[3]));
    }
    return ratings;
  }

  @Test
  void defaultIsBetterThanShrunkBiases() throws IOException {
    Optional<Path> file = file();
    assumeTrue(file.isPresent(), FILE + " is not beside the project");
    List<Rating> all = ratings(file.get());
    int cut = all.size() - all.size() / 10;
    EmbeddingModel model = learnt(all.subList(0, cut), EntityFeatures.NONE);
    double[] errors = errors(model, all.subList(cut, all.size()));
    assertThat(errors[0]).as("over all").isLessThan(BIASES);
    assertThat(errors[1]).as("where known").isLessThan(BIASES_WHERE_KNOWN);
  }

  @Test
  void genresTellALittleOfNewFilmsAndCostALittleOfKnownOnes(TestReporter reporter)
      throws IOException {
    Optional<Path> file = file();
    assumeTrue(file.isPresent(), FILE + " is not beside the project");
    List<Rating> all = ratings(file.get());
    int cut = all.size() - all.size() / 10;
    List<Rating> training = all.subList(0, cut);
    List<Rating> test = all.subList(cut, all.size());
    EmbeddingModel without = learnt(training, EntityFeatures.NONE);
    EmbeddingModel with = learnt(training, genres());
    double plain = errorOfNewFilms(without, test, without.itemTable());
    double known = errorOfNewFilms(with, test, without.itemTable());
    double knownPlain = errors(without, test)[1];
    double knownFilms = errors(with, test)[1];
    reporter.publishEntry(
        Map.of(
            "new films without genres", Double.toString(plain),
            "new films with genres", Double.toString(known),
            "known films without genres", Double.toString(knownPlain),
            "known films with genres", Double.toString(knownFilms)));
    assertThat(known).as("new films, without genres %f", plain).isLessThan(plain);
    assertThat(knownFilms).as("known films, without %f", knownPlain).isLessThan(1.02 * knownPlain);
  }

  /** Genres of all films, as tags. */
  private EntityFeatures genres() throws IOException {
    Map<String, Long> keys = new HashMap<>();
    List<Row> rows = new ArrayList<>();
    for (String line : lines(beside(FILMS).orElseThrow())) {
      String[] parts = line.split("::", -1);
      Integer film = films.get(Long.parseLong(parts[0]));
      if (film != null && !parts[2].isBlank()) {
        List<Long> tags = new ArrayList<>();
        for (String genre : parts[2].split("[|]")) {
          tags.add(keys.computeIfAbsent(genre, name -> keys.size() + 1L));
        }
        rows.add(RowFactory.create(film, List.of(), List.of(), List.of(tags)));
      }
    }
    FeatureTable table =
        new FeatureTable(
            "films",
            "id",
            List.of(),
            List.of(),
            List.of(new TagColumn("genres", Optional.of("|"))));
    return new EntityFeatures(
        Optional.of(
            new EntityFeatures.Side(
                table, TestSession.get().createDataFrame(rows, RawFeatures.SCHEMA))),
        Optional.empty());
  }

  /** Root mean squared error where the user is known and the film is not among some rated ones. */
  private static double errorOfNewFilms(EmbeddingModel model, List<Rating> test, FactorRows rated) {
    FactorRows users = model.users().all();
    List<Rating> some =
        test.stream()
            .filter(r -> users.position(r.user()) >= 0 && rated.position(r.item()) < 0)
            .toList();
    assertThat(some).hasSizeGreaterThan(500);
    return errors(model, some)[0];
  }

  private static EmbeddingModel learnt(List<Rating> training, EntityFeatures features) {
    List<Row> rows = new ArrayList<>();
    for (Rating rating : training) {
      Instant time = Instant.ofEpochSecond(rating.second());
      rows.add(
          RowFactory.create(
              rating.user(),
              rating.item(),
              rating.value(),
              Timestamp.from(time),
              new Date(time.toEpochMilli())));
    }
    return new EmbeddingFamily(EmbeddingOptions.ratings(), EmbeddingDistillation.NONE)
        .trainer()
        .train(
            new TrainingTask<EmbeddingModel>(
                    TestSession.get().createDataFrame(rows, TrainingEvents.SCHEMA),
                    Optional.empty(),
                    Optional.empty(),
                    Instant.ofEpochSecond(training.get(training.size() - 1).second()),
                    1,
                    Progress.SILENT)
                .with(features));
  }

  /** Root mean squared errors over all, and where user and item are known. */
  private static double[] errors(EmbeddingModel model, List<Rating> test) {
    FactorRows users = model.users().all();
    FactorRows items = model.itemTable();
    float[] user = withoutBias(model.userMean());
    float[] item = withoutBias(RowMean.of(items));
    ScoreForm form = model.form();
    float[] userRow = form.userRows(user, 1);
    float[] itemRow =
        form.itemRows(new FactorRows(form.width(), new int[1], item, new float[1])).values();
    float[] userRows = form.userRows(users.values(), users.size());
    float[] itemRows = form.itemRows(items).values();
    double sum = 0;
    double knownSum = 0;
    int known = 0;
    for (Rating rating : test) {
      int u = users.position(rating.user());
      int i = items.position(rating.item());
      double score = 0;
      for (int c = 0; c < form.length(); c++) {
        score +=
            (u < 0 ? userRow[c] : userRows[u * form.length() + c])
                * (i < 0 ? itemRow[c] : itemRows[i * form.length() + c]);
      }
      double error = (score - rating.value()) * (score - rating.value());
      sum += error;
      if (u >= 0 && i >= 0 && items.eventCounts()[i] > 0) {
        knownSum += error;
        known++;
      }
    }
    return new double[] {Math.sqrt(sum / test.size()), Math.sqrt(knownSum / known)};
  }

  /** Where somebody unknown begins: the mean vector, and no bias. */
  private static float[] withoutBias(RowMean mean) {
    float[] row = ItemSide.mean(mean);
    row[row.length - 1] = 0f;
    return row;
  }
}
