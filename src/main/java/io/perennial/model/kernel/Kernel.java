package io.perennial.model.kernel;

/**
 * The few loops in which training spends its time, on primitive arrays. Matrices are square,
 * row-major and padded: row r of a matrix begins at {@code r · stride}, with {@link #stride(int)}
 * values, of which those past the rank are zero. Only the upper triangle of a symmetric matrix is
 * meaningful.
 *
 * <p>The implementation with vector instructions is used where the module {@code
 * jdk.incubator.vector} is present, plain loops elsewhere; both sum in a fixed order.
 */
public abstract class Kernel {
  private static final Kernel ACTIVE = choose();
  private static final int PADDING = 16;

  Kernel() {}

  /** The fastest implementation that this JVM can run. */
  public static Kernel active() {
    return ACTIVE;
  }

  /** The implementation in plain Java. */
  public static Kernel scalar() {
    return new ScalarKernel();
  }

  /** Length of a padded row: the rank rounded up to a multiple of 16. */
  public static int stride(int rank) {
    return (rank + PADDING - 1) / PADDING * PADDING;
  }

  /**
   * Writes the upper triangle of {@code Σ rows_p · rows_pᵀ} to {@code target}.
   *
   * @param rows packed, {@code count × stride}
   * @param count number of rows, 0 or more
   * @param size values of a row that matter; those up to the next multiple of 16 must be zero
   * @param target {@code stride × stride}; its first {@code size} rows, up to the next multiple of
   *     4, are overwritten
   */
  public abstract void gram(float[] rows, int count, int stride, int size, float[] target);

  /**
   * {@code y[yAt + c] += a·x[xAt + c] + a1·x[xAt1 + c] + a2·x[xAt2 + c] + a3·x[xAt3 + c]} for c in
   * [from, to); it may touch values from the last multiple of 16 below {@code from} as well, and up
   * to the next one after {@code to}.
   */
  public abstract void addFour(
      double[] y,
      int yAt,
      double[] x,
      int xAt,
      int xAt1,
      int xAt2,
      int xAt3,
      double a,
      double a1,
      double a2,
      double a3,
      int from,
      int to);

  /** {@code y[yAt + c] += a·x[xAt + c]} for c in [from, to), exactly those. */
  public abstract void add(double[] y, int yAt, double[] x, int xAt, double a, int from, int to);

  /** {@code Σ x[xAt + c]·y[yAt + c]} for c in [from, to). */
  public abstract double dot(double[] x, int xAt, double[] y, int yAt, int from, int to);

  /** {@code Σ x[xAt + c]·y[yAt + c]} for c in [0, length). */
  public abstract float dot(float[] x, int xAt, float[] y, int yAt, int length);

  /** {@code y[yAt + c] += a·x[xAt + c]} for c in [0, length). */
  public abstract void add(float[] y, int yAt, float[] x, int xAt, float a, int length);

  /**
   * One step of Adam (Kingma and Ba 2015, algorithm 1) on a row: {@code m = β₁m + (1 − β₁)g},
   * {@code v = β₂v + (1 − β₂)g²}, {@code x −= rate·m/(√v + ε)}, with {@code g = factor·gradient}.
   *
   * @param at where the row begins in {@code x}, {@code m} and {@code v}
   * @param gradientAt where its gradient begins
   * @param rate learning rate with the correction for a young average in it
   */
  public abstract void adam(
      float[] x,
      float[] m,
      float[] v,
      int at,
      float[] gradient,
      int gradientAt,
      int length,
      float factor,
      float rate,
      float beta1,
      float beta2,
      float epsilon);

  /**
   * Softmax of {@code z[c] = scale · x[xAt + c] − y[c]}: {@code out[c] = exp(z[c]) / Σ exp(z)} for
   * c in [0, length), within 1e-6 of itself; chances below 1e-37 of the largest may be that
   * instead.
   *
   * @param length 1 or more
   * @return {@code log Σ exp(z)}
   */
  public abstract double softmax(
      float[] x, int xAt, float scale, float[] y, int length, float[] out);

  /** {@code out = A·x}: A is dense {@code rank × stride}, x and out have {@code rank} values. */
  public final void multiply(double[] matrix, int stride, int rank, double[] x, double[] out) {
    for (int r = 0; r < rank; r++) {
      out[r] = dot(matrix, r * stride, x, 0, 0, rank);
    }
  }

  /**
   * Takes a packed row: {@code rows[to + c] = root · scale[c] · from[at + c]} and {@code sum[c] +=
   * right · scale[c] · from[at + c]} for c in [0, rank).
   */
  abstract void pack(
      float[] from,
      int at,
      int rank,
      float[] scale,
      float root,
      float right,
      float[] rows,
      int to,
      float[] sum);

  /**
   * Takes many packed rows: for n in [0, count) and c in [0, rank), {@code rows[to + n · stride +
   * c] = roots[n] · scale[c] · from[others[first + n] · rank + c]}, and {@code sum[c] +=
   * rights[first + n] · scale[c] · from[others[first + n] · rank + c]}. Rows that lie scattered in
   * much memory are fetched several at a time.
   */
  abstract void pack(
      float[] from,
      int[] others,
      int first,
      int count,
      int rank,
      float[] scale,
      float[] roots,
      float[] rights,
      float[] rows,
      int to,
      int stride,
      float[] sum);

  /**
   * {@code out[c · width + p] = rows[p · stride + c]} for p in [0, width) and c in [0, rank).
   *
   * @param width a multiple of 16
   */
  abstract void transpose(float[] rows, int width, int stride, int rank, float[] out);

  /**
   * {@code out = rows · matrix}, of {@code count} rows of {@code rank} values.
   *
   * @param at where the first row begins
   * @param matrix row-major {@code rank × rank}
   * @param outAt where its product begins; {@code out} is another array
   */
  public abstract void multiply(
      float[] rows, int at, int count, int rank, float[] matrix, float[] out, int outAt);

  /** Whether loops run with vector instructions, a matrix product as fast as a BLAS one. */
  public abstract boolean isVectorised();

  /**
   * Dot products of rows with columns: {@code out[n · width + c] = Σ rows[at + n · rank + p] ·
   * columns[p · padded + c]} over p in [0, rank), for n in [0, count) and c in [0, width).
   *
   * @param columns {@code rank × padded}, padded being the width rounded up by {@link #stride}
   */
  public abstract void products(
      float[] rows, int at, int count, int rank, float[] columns, int width, float[] out);

  /**
   * {@code Σ x[c]·y[c]} for c in [0, length), a multiple of 16.
   *
   * @param room of 16 values
   */
  abstract float dotPadded(float[] x, float[] y, int length, float[] room);

  /** {@code y[c] = b·y[c] + a·x[c]} for c in [0, length), a multiple of 16. */
  abstract void blend(float[] y, float b, float[] x, float a, int length);

  /** {@code y[c] += Σ z[p] · rows[p · stride + c]} over p in [0, count), for c in [0, stride). */
  abstract void combine(float[] rows, int count, int stride, float[] z, float[] y);

  /**
   * {@code a += upper triangle of b}; both are {@code stride × stride}, b as {@link #gram} leaves
   * it. What lies below the diagonal of a is not defined afterwards.
   */
  public abstract void addUpper(double[] a, float[] b, int stride);

  /**
   * {@code y[yAt + c] *= a} for c in [from, to); it may touch values from the last multiple of 16
   * below {@code from} as well, and up to the next one after {@code to}.
   */
  abstract void scale(double[] y, int yAt, double a, int from, int to);

  /**
   * Four rows of a Cholesky factorisation meet all rows above them: {@code a[panel + r][c] -= Σ
   * a[p][panel + r]·a[p][c]} over p in [0, panel), for r in [0, 4) and c from panel on. What lies
   * below the diagonal is not defined afterwards.
   */
  abstract void subtractAbove(double[] a, int stride, int panel);

  /**
   * Factorises A = UᵀU in place, in floats (Cholesky, four rows at a time).
   *
   * @param a symmetric, upper triangle, {@code size × stride}; holds U afterwards
   * @param size a multiple of 4
   * @param inverse room for {@code size} values: one over the diagonal of U
   * @return whether A is positive definite as far as floats can tell
   */
  public abstract boolean factorize(float[] a, int stride, int size, float[] inverse);

  /**
   * Solves UᵀU x = b with what {@link #factorize(float[], int, int, float[])} leaves.
   *
   * @param b {@code stride} values and 64 at least, zero past the size; used up
   * @param half room for {@code stride} values
   * @param x {@code stride} values
   */
  public abstract void substitute(
      float[] factor, int stride, int size, float[] inverse, float[] b, float[] half, float[] x);

  /**
   * Factorises A = UᵀU in place (Cholesky, four rows at a time, each finished before the next).
   *
   * @param a symmetric, upper triangle, {@code rank × stride}; holds U afterwards
   * @return -1, or the pivot at which A turned out not to be positive definite
   */
  public final int factorize(double[] a, int stride, int rank) {
    for (int panel = 0; panel < rank; panel += 4) {
      int end = Math.min(panel + 4, rank);
      if (end == panel + 4) {
        subtractAbove(a, stride, panel);
      } else {
        for (int i = panel; i < end; i++) {
          for (int p = 0; p < panel; p++) {
            add(a, i * stride, a, p * stride, -a[p * stride + i], i, rank);
          }
        }
      }
      for (int j = panel; j < end; j++) {
        double pivot = a[j * stride + j];
        if (!(pivot > 0) || pivot == Double.POSITIVE_INFINITY) {
          return j;
        }
        scale(a, j * stride, 1.0 / Math.sqrt(pivot), j, rank);
        for (int i = j + 1; i < end; i++) {
          add(a, i * stride, a, j * stride, -a[j * stride + i], i, rank);
        }
      }
    }
    return -1;
  }

  /**
   * Solves UᵀU x = b in place, with the factor of {@link #factorize(double[], int, int)}, four
   * values at a time.
   *
   * @param b {@code stride} values, zero past the rank
   */
  public final void substitute(double[] factor, int stride, int rank, double[] b) {
    for (int panel = 0; panel < rank; panel += 4) {
      int end = Math.min(panel + 4, rank);
      for (int j = panel; j < end; j++) {
        b[j] /= factor[j * stride + j];
        for (int i = j + 1; i < end; i++) {
          b[i] -= factor[j * stride + i] * b[j];
        }
      }
      if (end < rank) {
        subtractSolved(factor, stride, rank, b, panel);
      }
    }
    for (int panel = (rank - 1) / 4 * 4; panel >= 0; panel -= 4) {
      int end = Math.min(panel + 4, rank);
      for (int j = panel; j < end; j++) {
        b[j] -= dot(factor, j * stride, b, 0, end, rank);
      }
      for (int j = end - 1; j >= panel; j--) {
        for (int i = j + 1; i < end; i++) {
          b[j] -= factor[j * stride + i] * b[i];
        }
        b[j] /= factor[j * stride + j];
      }
    }
  }

  /** Takes four solved values from what comes after them; {@code addFour} begins at a multiple. */
  private void subtractSolved(double[] factor, int stride, int rank, double[] b, int panel) {
    int row = panel * stride;
    double b0 = -b[panel];
    double b1 = -b[panel + 1];
    double b2 = -b[panel + 2];
    double b3 = -b[panel + 3];
    int multiple = Math.min(rank, (panel + 3 + PADDING) / PADDING * PADDING);
    for (int c = panel + 4; c < multiple; c++) {
      b[c] +=
          b0 * factor[row + c]
              + b1 * factor[row + stride + c]
              + b2 * factor[row + 2 * stride + c]
              + b3 * factor[row + 3 * stride + c];
    }
    if (multiple < rank) {
      addFour(
          b,
          0,
          factor,
          row,
          row + stride,
          row + 2 * stride,
          row + 3 * stride,
          b0,
          b1,
          b2,
          b3,
          multiple,
          rank);
    }
  }

  private static Kernel choose() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return new ScalarKernel();
    }
    try {
      return new VectorKernel();
    } catch (LinkageError unusable) {
      return new ScalarKernel();
    }
  }
}
