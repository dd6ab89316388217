package io.perennial.model.als;

import io.perennial.model.FactorRows;

/** Normal equations summed entry by entry in double and solved by elimination: slow and plain. */
final class DenseCatalogue {
  private final int rank;
  private final double[][] a;
  private final double[] b;

  DenseCatalogue(int rank) {
    this.rank = rank;
    this.a = new double[rank][rank];
    this.b = new double[rank];
  }

  /** Adds {@code weight · (xᵀv − target)²}. */
  void add(double[] v, double weight, double target) {
    for (int r = 0; r < rank; r++) {
      b[r] += weight * target * v[r];
      for (int c = 0; c < rank; c++) {
        a[r][c] += weight * v[r] * v[c];
      }
    }
  }

  /** Adds {@code weight · ‖x − target‖²}. */
  void pull(double weight, double[] target) {
    for (int r = 0; r < rank; r++) {
      a[r][r] += weight;
      b[r] += weight * target[r];
    }
  }

  double meanDiagonal() {
    double sum = 0;
    for (int r = 0; r < rank; r++) {
      sum += a[r][r];
    }
    return sum / rank;
  }

  /** The x at which the sum of everything added is least. */
  double[] solve() {
    for (int p = 0; p < rank; p++) {
      int best = p;
      for (int r = p + 1; r < rank; r++) {
        best = Math.abs(a[r][p]) > Math.abs(a[best][p]) ? r : best;
      }
      double[] row = a[p];
      a[p] = a[best];
      a[best] = row;
      double value = b[p];
      b[p] = b[best];
      b[best] = value;
      for (int r = p + 1; r < rank; r++) {
        double factor = a[r][p] / a[p][p];
        b[r] -= factor * b[p];
        for (int c = p; c < rank; c++) {
          a[r][c] -= factor * a[p][c];
        }
      }
    }
    double[] x = new double[rank];
    for (int r = rank - 1; r >= 0; r--) {
      double sum = b[r];
      for (int c = r + 1; c < rank; c++) {
        sum -= a[r][c] * x[c];
      }
      x[r] = sum / a[r][r];
    }
    return x;
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int c = 0; c < x.length; c++) {
      sum += x[c] * y[c];
    }
    return sum;
  }

  /** The row of an index, or null. */
  static double[] row(FactorRows rows, int index) {
    int at = rows.position(index);
    if (at < 0) {
      return null;
    }
    double[] row = new double[rows.rank()];
    for (int c = 0; c < row.length; c++) {
      row[c] = rows.values()[at * row.length + c];
    }
    return row;
  }
}
