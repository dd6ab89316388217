package io.perennial.model.kernel;

import java.util.Arrays;

/**
 * One system (A)x = b of normal equations and the room to build and solve it, used again for each
 * entity without allocation. Rows are summed as floats in chunks of 128, chunks and everything else
 * as doubles; the order of summation is the order of the calls. Not for use by two threads at once.
 */
public final class NormalEquations {
  private static final int CHUNK = 128;

  /** Up to so many rows the sum goes straight to doubles, four rows at a time. */
  private static final int FEW = 16;

  private final Kernel kernel;
  private final int rank;
  private final int stride;
  private final float[] rows;
  private final float[] units;
  private final float[] partial;
  private final float[] partialRight;
  private final double[] wide;
  private final double[] a;
  private final double[] b;
  private final double[] vector;
  private final double[] product;
  private int pending;

  /** Room for systems of one rank, at least 1, with the fastest kernel. */
  public NormalEquations(int rank) {
    this(rank, Kernel.active());
  }

  /** Room for systems of one rank with a kernel of choice. */
  public NormalEquations(int rank, Kernel kernel) {
    this.kernel = kernel;
    this.rank = rank;
    this.stride = Kernel.stride(rank);
    rows = new float[CHUNK * stride];
    units = new float[stride];
    Arrays.fill(units, 1f);
    partial = new float[stride * stride];
    partialRight = new float[stride];
    wide = new double[FEW * stride];
    a = new double[stride * stride];
    b = new double[stride];
    vector = new double[stride];
    product = new double[stride];
  }

  /** Length of a padded row of a matrix. */
  public int stride() {
    return stride;
  }

  /** A = 0, b = 0. */
  public void clear() {
    Arrays.fill(a, 0);
    Arrays.fill(b, 0);
    Arrays.fill(partialRight, 0);
    pending = 0;
  }

  /** {@code A += coefficient · matrix}; the matrix is dense {@code rank × rank}, symmetric. */
  public void addMatrix(double[] matrix, double coefficient) {
    if (coefficient == 0) {
      return;
    }
    for (int r = 0; r < rank; r++) {
      kernel.add(a, r * stride, matrix, r * rank, coefficient, r, rank);
    }
  }

  /**
   * {@code b += coefficient · matrix · x}; the matrix is dense {@code rank × rank}, x lies at
   * {@code at}.
   */
  public void addProduct(double[] matrix, float[] x, int at, double coefficient) {
    for (int c = 0; c < rank; c++) {
      vector[c] = x[at + c];
    }
    kernel.multiply(matrix, rank, rank, vector, product);
    for (int c = 0; c < rank; c++) {
      b[c] += coefficient * product[c];
    }
  }

  /** {@code A += value · I}. */
  public void addRidge(double value) {
    addRidge(value, rank);
  }

  /** The same for the first coordinates alone. */
  public void addRidge(double value, int coordinates) {
    for (int r = 0; r < coordinates; r++) {
      a[r * stride + r] += value;
    }
  }

  /** Pulls one coordinate of the solution towards a target, with so much weight. */
  public void addPull(int coordinate, double value, double target) {
    a[coordinate * stride + coordinate] += value;
    b[coordinate] += value * target;
  }

  /** {@code A += value · I, b += value · x}: pulls the solution towards x. */
  public void addTether(double value, float[] x, int at) {
    for (int r = 0; r < rank; r++) {
      a[r * stride + r] += value;
      b[r] += value * x[at + r];
    }
  }

  /** Mean of the diagonal of A, of all rows added so far. */
  public double meanDiagonal() {
    flush();
    double sum = 0;
    for (int r = 0; r < rank; r++) {
      sum += a[r * stride + r];
    }
    return sum / rank;
  }

  /**
   * {@code A += weight · v·vᵀ, b += right · v}, weight 0 or more; v lies at {@code at} of {@code
   * factors}.
   */
  public void addRow(float[] factors, int at, float weight, float right) {
    if (pending == CHUNK) {
      flush();
    }
    float root = (float) Math.sqrt(weight);
    kernel.pack(factors, at, rank, units, root, right, rows, pending * stride, partialRight);
    pending++;
  }

  private void flush() {
    if (pending == 0) {
      return;
    }
    if (pending <= FEW) {
      addFew();
    } else {
      kernel.gram(rows, pending, stride, rank, partial);
      kernel.addUpper(a, partial, stride);
    }
    for (int c = 0; c < rank; c++) {
      b[c] += partialRight[c];
    }
    Arrays.fill(partialRight, 0);
    pending = 0;
  }

  private void addFew() {
    int padded = (pending + 3) / 4 * 4;
    for (int c = 0; c < pending * stride; c++) {
      wide[c] = rows[c];
    }
    Arrays.fill(wide, pending * stride, padded * stride, 0);
    for (int p = 0; p < padded; p += 4) {
      int x = p * stride;
      for (int r = 0; r < rank; r++) {
        kernel.addFour(
            a,
            r * stride,
            wide,
            x,
            x + stride,
            x + 2 * stride,
            x + 3 * stride,
            wide[x + r],
            wide[x + stride + r],
            wide[x + 2 * stride + r],
            wide[x + 3 * stride + r],
            r,
            rank);
      }
    }
  }

  /** How many numbers a system packs into: a triangle and the right-hand side. */
  public static int packedLength(int rank) {
    return rank * (rank + 1) / 2 + rank;
  }

  /** Adds a system that was {@linkplain #pack packed}. */
  public void addPacked(float[] packed, int at) {
    int n = at;
    for (int r = 0; r < rank; r++) {
      for (int c = r; c < rank; c++) {
        a[r * stride + c] += packed[n++];
      }
    }
    for (int c = 0; c < rank; c++) {
      b[c] += packed[n++];
    }
  }

  /** The system so far: upper triangle of A, row by row, then b. */
  public void pack(float[] packed, int at) {
    flush();
    int n = at;
    for (int r = 0; r < rank; r++) {
      for (int c = r; c < rank; c++) {
        packed[n++] = (float) a[r * stride + c];
      }
    }
    for (int c = 0; c < rank; c++) {
      packed[n++] = (float) b[c];
    }
  }

  /**
   * Takes a coordinate out of the system, as one that is known: the others are solved with it, and
   * it comes out as it is. The last thing to do before {@link #solve}.
   */
  public void pin(int coordinate, double value) {
    flush();
    for (int r = 0; r < rank; r++) {
      int at = Math.min(r, coordinate) * stride + Math.max(r, coordinate);
      if (r != coordinate) {
        b[r] -= a[at] * value;
        a[at] = 0;
      }
    }
    a[coordinate * stride + coordinate] = 1;
    b[coordinate] = value;
  }

  /**
   * Solves the system by Cholesky in double and writes x to {@code out}; the system is used up.
   *
   * @return -1, or the pivot at which A turned out not to be positive definite, or {@code rank} if
   *     a value of A or x is not finite; {@code out} is then untouched
   */
  public int solve(float[] out, int at) {
    flush();
    int pivot = kernel.factorize(a, stride, rank);
    if (pivot >= 0) {
      return Double.isFinite(a[pivot * stride + pivot]) ? pivot : rank;
    }
    kernel.substitute(a, stride, rank, b);
    for (int c = 0; c < rank; c++) {
      if (!(Math.abs(b[c]) <= Float.MAX_VALUE)) {
        return rank;
      }
    }
    for (int c = 0; c < rank; c++) {
      out[at + c] = (float) b[c];
    }
    return -1;
  }

  /** Upper triangle of A so far, {@code rank × rank} row-major, zeros below. */
  public double[] matrix() {
    flush();
    double[] copy = new double[rank * rank];
    for (int r = 0; r < rank; r++) {
      System.arraycopy(a, r * stride + r, copy, r * rank + r, rank - r);
    }
    return copy;
  }
}
