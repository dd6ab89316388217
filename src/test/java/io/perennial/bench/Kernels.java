package io.perennial.bench;

import io.perennial.model.FactorRows;
import io.perennial.model.kernel.Kernel;
import io.perennial.model.kernel.WhitenedEquations;
import io.perennial.model.scoring.TopItems;
import io.perennial.model.scoring.TopRows;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The loops in which learning and ranking spend their time, on one thread: the Gram product of the
 * rows of an entity, factorisation and solution of its system, the best twenty items of a block of
 * users.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Kernels {
  /** Rows of a Gram product. */
  static final int ROWS = 64;

  /** Items among which the best are looked for. */
  static final int ITEMS = 8192;

  private static final int TOP = 20;

  /** Length of a factor. */
  @Param({"32", "64", "128"})
  public int rank;

  private final Kernel kernel = Kernel.active();
  private int stride;
  private float[] rows;
  private float[] gram;
  private double[] system;
  private double[] room;
  private double[] right;
  private double[] solution;
  private float[] narrow;
  private float[] narrowRoom;
  private float[] inverse;
  private float[] narrowRight;
  private float[] half;
  private float[] narrowSolution;
  private WhitenedEquations equations;
  private double[] base;
  private TopItems items;
  private float[] users;
  private int[] others;
  private float[] weights;
  private float[] rights;

  /** Random rows, and a system that is surely positive definite. */
  @Setup
  public void prepare() {
    Random random = new Random(rank);
    stride = Kernel.stride(rank);
    rows = gaussian(ROWS * stride, random);
    gram = new float[stride * stride];
    system = new double[stride * stride];
    for (int r = 0; r < rank; r++) {
      for (int c = r; c < rank; c++) {
        system[r * stride + c] = r == c ? 2.0 * rank : random.nextDouble();
      }
    }
    room = new double[system.length];
    right = random.doubles(stride).toArray();
    solution = new double[stride];
    narrow = new float[system.length];
    for (int n = 0; n < narrow.length; n++) {
      narrow[n] = (float) system[n];
    }
    narrowRoom = new float[narrow.length];
    inverse = new float[stride];
    narrowRight = new float[Math.max(64, stride)];
    half = new float[stride];
    narrowSolution = new float[stride];
    equations = new WhitenedEquations(rank);
    base = random.doubles(rank, rank, 2.0 * rank).toArray();
    int[] indices = IntStream.range(0, ITEMS).toArray();
    float[] vectors = gaussian(ITEMS * rank, random);
    items = new TopItems(new FactorRows(rank, indices, vectors, new float[ITEMS]), indices);
    users = gaussian(TopItems.USERS * rank, random);
    others = IntStream.range(0, ROWS).toArray();
    weights = new float[ROWS];
    Arrays.fill(weights, 0.5f);
    rights = new float[ROWS];
    Arrays.fill(rights, 1f);
  }

  private static float[] gaussian(int count, Random random) {
    float[] values = new float[count];
    for (int n = 0; n < count; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The Gram product of {@value #ROWS} rows. */
  @Benchmark
  public float[] gram() {
    kernel.gram(rows, ROWS, stride, rank, gram);
    return gram;
  }

  /** Cholesky factorisation and both substitutions, the copy of the system included. */
  @Benchmark
  public double[] cholesky() {
    System.arraycopy(system, 0, room, 0, system.length);
    System.arraycopy(right, 0, solution, 0, stride);
    kernel.factorize(room, stride, rank);
    kernel.substitute(room, stride, rank, solution);
    return solution;
  }

  /** The same in floats, as an entity is solved whose base is diagonal. */
  @Benchmark
  public float[] floatCholesky() {
    System.arraycopy(narrow, 0, narrowRoom, 0, narrow.length);
    Arrays.fill(narrowRight, 0, rank, 1f);
    kernel.factorize(narrowRoom, stride, rank, inverse);
    kernel.substitute(narrowRoom, stride, rank, inverse, narrowRight, half, narrowSolution);
    return narrowSolution;
  }

  /** An entity of {@value #ROWS} rows from its rows to its solution; GFLOP/s as if summed whole. */
  @Benchmark
  public float[] entity() {
    equations.begin(base, 1, 1, ROWS);
    equations.addRows(rows, others, weights, rights, 0, ROWS);
    equations.solve(narrowSolution, 0);
    return narrowSolution;
  }

  /** The best twenty of {@value #ITEMS} items for a block of users. */
  @Benchmark
  public TopRows topItems() {
    return items.best(users, TopItems.USERS, TOP, new int[TopItems.USERS][]);
  }
}
