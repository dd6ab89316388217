package io.perennial.model.blend;

import io.perennial.model.Scorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.NonPositiveDefiniteMatrixException;

/**
 * Learns the weights of the blend from what users took, with features as of before they took it.
 *
 * <p>The loss of a user is that of a choice among the whole catalogue, −mean over the taken items
 * of log softmax(z), with z = w·x for every item; a user counts as often as he took items, up to
 * {@value #LARGEST_CHOICE}. To it comes what earlier nights knew of the weights, a normal
 * distribution whose precision fades, so that weights follow the shop slowly. The sum is convex and
 * is minimised by Newton's method with a line search; the curvature at its minimum is what the next
 * night begins with.
 *
 * <p>At most {@value #ROWS} (user, item) are looked at: users are sampled first, then items that
 * nobody took and the user did not have, which count for those left out.
 */
public final class BlendFit {
  private static final int ROWS = 1_500_000;
  private static final int USERS = 500;
  private static final int FEWEST_ITEMS = 1_000;
  private static final int SCORED_AT_ONCE = 32;
  private static final int SCORES_AT_ONCE = 2_000_000;
  private static final int LARGEST_CHOICE = 5;
  private static final int ITERATIONS = 8;
  private static final double ENOUGH = 1e-4;
  private static final double SMALLEST_STEP = 1e-3;

  /** Share of what earlier nights knew that is still believed tonight. */
  private static final double KEPT = 0.98;

  private BlendFit() {}

  /**
   * Weights after these choices.
   *
   * @param prior what earlier nights knew
   * @param inputs as of before the choices, for the users who made them
   * @param seed of the samples
   * @return the prior where nobody whom the model knows took anything that it knows
   */
  public static BlendWeights fit(
      BlendWeights prior, BlendInputs inputs, List<Choice> choices, long seed) {
    int[] known =
        IntStream.range(0, inputs.itemCount()).filter(inputs.model()::knowsItem).toArray();
    return fit(prior, inputs, choices, seed, new Shelf(known, 1));
  }

  /**
   * What users are thought to have chosen from, beside what they had and took.
   *
   * @param items that the model knows, increasing: all, or a sample
   * @param share of all that the model knows
   */
  record Shelf(int[] items, double share) {}

  /** Weights after choices from a shelf. */
  static BlendWeights fit(
      BlendWeights prior, BlendInputs inputs, List<Choice> choices, long seed, Shelf shelf) {
    List<Choice> usable = sample(choices, inputs.model(), seed);
    List<ChoiceTable> tables = tables(inputs, usable, seed, shelf);
    if (tables.isEmpty()) {
      return prior;
    }
    double[] precision = faded(prior.precision());
    double[] start = prior.mean();
    double[] weights = start.clone();
    Curvature at = curvature(tables, weights, start, precision);
    for (int n = 0; n < ITERATIONS; n++) {
      double[] direction = at.newtonStep();
      double step = 1;
      double[] next = moved(weights, direction, step);
      Curvature reached = curvature(tables, next, start, precision);
      while (!(reached.loss <= at.loss) && step > SMALLEST_STEP) {
        step /= 2;
        next = moved(weights, direction, step);
        reached = curvature(tables, next, start, precision);
      }
      if (!(reached.loss <= at.loss)) {
        break;
      }
      boolean enough = at.loss - reached.loss <= ENOUGH * Math.abs(at.loss);
      weights = next;
      at = reached;
      if (enough) {
        break;
      }
    }
    BlendWeights fitted = new BlendWeights(weights, at.hessian);
    return fitted.isFinite() ? fitted : prior;
  }

  private static double[] faded(double[] precision) {
    int features = BlendFeature.COUNT;
    double[] faded = new double[precision.length];
    for (int n = 0; n < precision.length; n++) {
      faded[n] = KEPT * precision[n];
    }
    for (int f = 0; f < features; f++) {
      faded[f * features + f] += (1 - KEPT) * BlendWeights.VAGUE;
    }
    return faded;
  }

  /**
   * The choices that weights are learnt from, at most {@value #USERS}: inputs are needed for their
   * users only. A sample of a sample is that sample.
   *
   * @param model that knows users and items
   */
  public static List<Choice> sample(List<Choice> choices, Scorer model, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Choice> usable =
        choices.stream()
            .filter(c -> model.knowsUser(c.user()))
            .filter(c -> Arrays.stream(c.items()).anyMatch(model::knowsItem))
            .toList();
    if (usable.size() <= USERS) {
      return usable;
    }
    int[] order = IntStream.range(0, usable.size()).toArray();
    for (int n = 0; n < USERS; n++) {
      int other = random.nextInt(n, order.length);
      int swapped = order[n];
      order[n] = order[other];
      order[other] = swapped;
    }
    return Arrays.stream(order, 0, USERS).sorted().mapToObj(usable::get).toList();
  }

  private static List<ChoiceTable> tables(
      BlendInputs inputs, List<Choice> choices, long seed, Shelf shelf) {
    int limit = Math.max(FEWEST_ITEMS, ROWS / Math.max(1, choices.size()));
    int room = SCORES_AT_ONCE / Math.max(1, inputs.itemCount());
    int atOnce = Math.max(1, Math.min(SCORED_AT_ONCE, room));
    return IntStream.range(0, (choices.size() + atOnce - 1) / atOnce)
        .parallel()
        .mapToObj(
            block -> {
              int from = block * atOnce;
              int to = Math.min(choices.size(), from + atOnce);
              return tables(inputs, choices.subList(from, to), shelf, limit, seed);
            })
        .flatMap(List::stream)
        .toList();
  }

  /** Of a few users, whose scores come from one matrix product. */
  private static List<ChoiceTable> tables(
      BlendInputs inputs, List<Choice> choices, Shelf shelf, int limit, long seed) {
    int[] users = choices.stream().mapToInt(Choice::user).toArray();
    int width = inputs.itemCount();
    float[] scores = new float[users.length * width];
    float[] tastes = new float[users.length * width];
    inputs.model().score(users, scores);
    inputs.tastes(users, tastes);
    List<ChoiceTable> tables = new ArrayList<>();
    for (int n = 0; n < users.length; n++) {
      Choice choice = choices.get(n);
      tables.add(
          ChoiceTable.of(
              inputs,
              choice,
              shown(inputs, choice, shelf),
              shelf.share(),
              limit,
              new SplittableRandom(seed * 31 + choice.user()),
              Math.min(LARGEST_CHOICE, choice.items().length),
              scores,
              tastes,
              n * width));
    }
    return tables;
  }

  /** The shelf with what the user had and took. */
  private static int[] shown(BlendInputs inputs, Choice choice, Shelf shelf) {
    if (shelf.share() == 1) {
      return shelf.items();
    }
    PastTraits past = inputs.past(choice.user());
    IntStream own = Arrays.stream(choice.items());
    return IntStream.concat(
            Arrays.stream(shelf.items()),
            (past == null ? own : IntStream.concat(own, Arrays.stream(past.past().items())))
                .filter(inputs.model()::knowsItem))
        .sorted()
        .distinct()
        .toArray();
  }

  private static double[] moved(double[] from, double[] direction, double step) {
    double[] to = from.clone();
    for (int f = 0; f < to.length; f++) {
      to[f] -= step * direction[f];
    }
    return to;
  }

  /** precision · (weights − start). */
  private static double[] pull(double[] weights, double[] start, double[] precision) {
    int features = weights.length;
    double[] pull = new double[features];
    for (int r = 0; r < features; r++) {
      for (int c = 0; c < features; c++) {
        pull[r] += precision[r * features + c] * (weights[c] - start[c]);
      }
    }
    return pull;
  }

  private static Curvature curvature(
      List<ChoiceTable> tables, double[] weights, double[] start, double[] precision) {
    List<Curvature> parts =
        tables.stream()
            .parallel()
            .map(
                table -> {
                  double[] gradient = new double[weights.length];
                  double[] hessian = new double[precision.length];
                  return new Curvature(table.add(weights, gradient, hessian), gradient, hessian);
                })
            .toList();
    double[] gradient = pull(weights, start, precision);
    double[] hessian = precision.clone();
    double loss = 0;
    for (int f = 0; f < gradient.length; f++) {
      loss += 0.5 * (weights[f] - start[f]) * gradient[f];
    }
    for (Curvature part : parts) {
      loss += part.loss;
      for (int n = 0; n < gradient.length; n++) {
        gradient[n] += part.gradient[n];
      }
      for (int n = 0; n < hessian.length; n++) {
        hessian[n] += part.hessian[n];
      }
    }
    return new Curvature(loss, gradient, hessian);
  }

  /** The loss at some weights, its slope and its curvature. */
  private record Curvature(double loss, double[] gradient, double[] hessian) {
    /** What Newton's method takes away; nothing where the curvature is broken by rounding. */
    double[] newtonStep() {
      int features = gradient.length;
      double[][] rows = new double[features][features];
      for (int r = 0; r < features; r++) {
        for (int c = 0; c < features; c++) {
          rows[r][c] = 0.5 * (hessian[r * features + c] + hessian[c * features + r]);
        }
        rows[r][r] *= 1 + 1e-9;
      }
      try {
        return new CholeskyDecomposition(new Array2DRowRealMatrix(rows, false), 1e-6, 0)
            .getSolver()
            .solve(new ArrayRealVector(gradient, false))
            .toArray();
      } catch (NonPositiveDefiniteMatrixException e) {
        return new double[features];
      }
    }
  }
}
