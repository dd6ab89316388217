package io.perennial.model.kernel;

import java.util.Arrays;

/**
 * One system {@code (D + Σ w v vᵀ) x = Σ r v + b₀} whose base D is diagonal, and the room to solve
 * it, used again for each entity without allocation. It is scaled so that the base becomes the unit
 * matrix: with rows {@code t = √w D^(-½) v} it reads {@code (I + TᵀT) y = g}. No eigenvalue is then
 * below 1, and where there are not much larger ones, floats are enough.
 *
 * <p>An entity with fewer rows than the rank is solved by its rows instead (the identity of
 * Woodbury): {@code y = g₀ + Tᵀz} with {@code (I + TTᵀ) z = r/√w − T g₀}, a smaller system with the
 * same eigenvalues.
 *
 * <p>Where eigenvalues lie close to 1, as they do with a large catalogue behind the base, conjugate
 * gradients reach the precision of floats in a few steps and the product TᵀT is never formed. They
 * are tried first, and left where the first steps do not bring them far. Not for use by two threads
 * at once.
 */
public final class WhitenedEquations {
  private static final int CHUNK = 128;

  /** Rows up to which conjugate gradients are tried, so that they stay in the cache. */
  private static final int FEW = 1024;

  private static final int STEPS = 14;

  /** After so many steps the residual must have come down far enough. */
  private static final int FIRST_STEPS = 3;

  private static final double FAR_ENOUGH = 0.03;

  /** Residual, as a share of the right-hand side, at which conjugate gradients end. */
  private static final double PRECISION = 3e-7;

  /** Largest sum of eigenvalues of TᵀT for which floats are trusted. */
  private static final double LARGEST_TRACE = 500;

  /** Least share of the largest value of the base that its smallest may be. */
  private static final double LEAST_SHARE = 1e-8;

  /** Largest ratio of the right-hand side to the solution for which that precision will do. */
  private static final double LARGEST_RATIO = 100;

  private final Kernel kernel;
  private final int rank;
  private final int stride;
  private final int few;
  private final float[] scale;
  private final float[] rows;
  private final float[] turned;
  private final float[] system;
  private final float[] partial;
  private final double[] wide;
  private final double[] wideSum;
  private final float[] roots;
  private final float[] quotients;
  private final float[] products;
  private final float[] direction;
  private final float[] residual;
  private final float[] image;
  private boolean iterates;
  private final float[] sum;
  private final float[] start;
  private final float[] inverse;
  private final float[] work;
  private final float[] half;
  private final float[] solution;
  private final float[] whitened;
  private boolean started;
  private boolean byRows;
  private int pending;
  private int chunks;

  /** Room for systems of one rank, at least 1, with the fastest kernel. */
  public WhitenedEquations(int rank) {
    this(rank, Kernel.active());
  }

  /** Room for systems of one rank with a kernel of choice. */
  public WhitenedEquations(int rank, Kernel kernel) {
    this.kernel = kernel;
    this.rank = rank;
    this.stride = Kernel.stride(rank);
    int most = Math.max(FEW * 64 / stride / 16 * 16, Math.max(CHUNK, stride));
    this.few = most;
    scale = new float[stride];
    rows = new float[most * stride];
    turned = new float[most * stride];
    system = new float[stride * stride];
    partial = new float[stride * stride];
    wide = new double[stride * stride];
    wideSum = new double[stride];
    roots = new float[most];
    quotients = new float[most];
    products = new float[most];
    direction = new float[stride];
    residual = new float[stride];
    image = new float[stride];
    sum = new float[stride];
    start = new float[stride];
    inverse = new float[stride];
    work = new float[Math.max(64, stride)];
    half = new float[stride];
    solution = new float[stride];
    whitened = new float[stride];
  }

  /**
   * Begins a system with base {@code factor · values + ridge} and as many rows as will be added.
   *
   * @return whether the base is positive enough; otherwise nothing may be added
   */
  public boolean begin(double[] values, double factor, double ridge, int count) {
    double least = Double.MAX_VALUE;
    double most = 0;
    for (int c = 0; c < rank; c++) {
      double base = factor * values[c] + ridge;
      least = Math.min(least, base);
      most = Math.max(most, base);
      scale[c] = (float) (1 / Math.sqrt(base));
    }
    Arrays.fill(sum, 0f);
    started = false;
    // Rows are padded to vectors, so it does not pay to the last.
    byRows = Kernel.stride(count) < stride || 4 * count < 3 * rank;
    iterates = count <= few && count > 0;
    pending = 0;
    chunks = 0;
    return least > LEAST_SHARE * most && most < Float.MAX_VALUE;
  }

  /** b₀, {@code rank} values; zero unless it is given. */
  public void start(double[] right) {
    for (int c = 0; c < rank; c++) {
      start[c] = (float) (right[c] * scale[c]);
    }
    started = true;
  }

  /**
   * Adds the rows that lie at {@code others[p] · rank} for p in [from, to), with weights of 0 or
   * more before v·vᵀ and rights before v.
   */
  public void addRows(
      float[] factors, int[] others, float[] weights, float[] rights, int from, int to) {
    int most = byRows || iterates ? Integer.MAX_VALUE : CHUNK;
    for (int first = from; first < to; ) {
      if (pending == most) {
        flush();
      }
      int count = Math.min(to - first, most - pending);
      for (int n = 0; n < count; n++) {
        float root = (float) Math.sqrt(weights[first + n]);
        byRows &= root > 0;
        roots[n] = root;
        quotients[pending + n] = rights[first + n] / root;
      }
      kernel.pack(
          factors,
          others,
          first,
          count,
          rank,
          scale,
          roots,
          rights,
          rows,
          pending * stride,
          stride,
          sum);
      pending += count;
      first += count;
    }
  }

  private void flush() {
    kernel.gram(rows, pending, stride, rank, partial);
    if (chunks++ == 0) {
      Arrays.fill(wide, 0);
      Arrays.fill(wideSum, 0);
    }
    kernel.addUpper(wide, partial, stride);
    for (int c = 0; c < rank; c++) {
      wideSum[c] += sum[c];
    }
    Arrays.fill(sum, 0f);
    pending = 0;
  }

  /**
   * Solves the system and writes x to {@code out}; the system is used up.
   *
   * @return false where floats are not enough, or a value is not finite; {@code out} is then
   *     untouched
   */
  public boolean solve(float[] out, int at) {
    if (!(iterates && iterate()) && !(byRows ? solveByRows() : solveByValues())) {
      return false;
    }
    for (int c = 0; c < rank; c++) {
      whitened[c] *= scale[c];
      if (!(Math.abs(whitened[c]) <= Float.MAX_VALUE)) {
        return false;
      }
    }
    System.arraycopy(whitened, 0, out, at, rank);
    return true;
  }

  /** Conjugate gradients for (I + TᵀT) y = g, from zero. */
  private boolean iterate() {
    int width = Kernel.stride(pending);
    transpose(width);
    for (int c = 0; c < rank; c++) {
      residual[c] = started ? sum[c] + start[c] : sum[c];
    }
    System.arraycopy(residual, 0, direction, 0, stride);
    Arrays.fill(whitened, 0f);
    double square = kernel.dotPadded(residual, residual, stride, work);
    double right = square;
    double enough = PRECISION * PRECISION * square;
    double promising = FAR_ENOUGH * FAR_ENOUGH * square;
    for (int step = 1; step <= STEPS; step++) {
      if (square <= enough) {
        break;
      }
      Arrays.fill(products, 0, width, 0f);
      kernel.combine(turned, rank, width, direction, products);
      System.arraycopy(direction, 0, image, 0, stride);
      kernel.combine(rows, pending, stride, products, image);
      double length = square / kernel.dotPadded(direction, image, stride, work);
      kernel.blend(whitened, 1f, direction, (float) length, stride);
      kernel.blend(residual, 1f, image, (float) -length, stride);
      double next = kernel.dotPadded(residual, residual, stride, work);
      kernel.blend(direction, (float) (next / square), residual, 1f, stride);
      square = next;
      if (!(square <= promising) && step >= FIRST_STEPS) {
        return false;
      }
    }
    // The error is at most the residual, which must be small beside the solution as well.
    double size = kernel.dotPadded(whitened, whitened, stride, work);
    return square <= enough && right <= LARGEST_RATIO * LARGEST_RATIO * size;
  }

  private void transpose(int width) {
    Arrays.fill(rows, pending * stride, width * stride, 0f);
    kernel.transpose(rows, width, stride, rank, turned);
  }

  private boolean solveByRows() {
    if (started) {
      System.arraycopy(start, 0, whitened, 0, rank);
    } else {
      Arrays.fill(whitened, 0f);
    }
    if (pending == 0) {
      return true;
    }
    int width = Kernel.stride(pending);
    transpose(width);
    kernel.gram(turned, rank, width, pending, system);
    for (int p = 0; p < pending; p++) {
      work[p] =
          started ? quotients[p] - kernel.dot(rows, p * stride, start, 0, rank) : quotients[p];
    }
    if (!solve(width, pending)) {
      return false;
    }
    kernel.combine(rows, pending, stride, solution, whitened);
    return true;
  }

  private boolean solveByValues() {
    if (chunks == 0) {
      // Up to a few hundred rows where conjugate gradients were tried: floats are enough for them.
      kernel.gram(rows, pending, stride, rank, system);
    } else {
      flush();
      for (int r = 0; r < stride; r++) {
        for (int c = r / 16 * 16; c < stride; c++) {
          system[r * stride + c] = (float) wide[r * stride + c];
        }
        sum[r] = (float) wideSum[r];
      }
    }
    for (int c = 0; c < rank; c++) {
      work[c] = started ? sum[c] + start[c] : sum[c];
    }
    if (!solve(stride, rank)) {
      return false;
    }
    System.arraycopy(solution, 0, whitened, 0, rank);
    return true;
  }

  /** Adds the unit matrix and solves for {@code work}. */
  private boolean solve(int width, int size) {
    double trace = 0;
    for (int c = 0; c < size; c++) {
      trace += system[c * width + c];
      system[c * width + c] += 1;
    }
    if (!(trace <= LARGEST_TRACE)) {
      return false;
    }
    int padded = (size + 3) / 4 * 4;
    for (int c = size; c < padded; c++) {
      system[c * width + c] = 1;
    }
    Arrays.fill(work, size, Math.max(64, width), 0f);
    if (!kernel.factorize(system, width, padded, inverse)) {
      return false;
    }
    kernel.substitute(system, width, padded, inverse, work, half, solution);
    return true;
  }
}
