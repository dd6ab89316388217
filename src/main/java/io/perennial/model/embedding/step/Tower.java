package io.perennial.model.embedding.step;

import io.perennial.model.feature.SparseRows;
import io.perennial.model.kernel.Kernel;
import java.util.Arrays;

/** A tower at work: rows forward, gradients backward. For one thread. */
final class Tower {
  private final ParameterRows inputs;
  private final ParameterRows outputs;
  private final RowGradients ofInputs;
  private final RowGradients ofOutputs;
  private final int hidden;
  private final float[] units;
  private final float[] byUnit;
  private final Kernel kernel = Kernel.active();

  Tower(TowerRows rows) {
    this.inputs = rows.inputs();
    this.outputs = rows.outputs();
    this.ofInputs = new RowGradients(inputs);
    this.ofOutputs = new RowGradients(outputs);
    this.hidden = rows.hidden();
    this.units = new float[hidden];
    this.byUnit = new float[hidden];
  }

  /** A batch begins. */
  void begin() {
    ofInputs.begin();
    ofOutputs.begin();
  }

  /** Writes what is made of a row of inputs to {@code out}. */
  void forward(SparseRows features, int row, float[] out, int at) {
    if (hidden == 0) {
      first(features, row, out, at);
      return;
    }
    first(features, row, units, 0);
    int width = outputs.width();
    System.arraycopy(outputs.values(), hidden * width, out, at, width);
    for (int unit = 0; unit < hidden; unit++) {
      units[unit] = Math.max(0f, units[unit]);
      if (units[unit] > 0) {
        kernel.add(out, at, outputs.values(), unit * width, units[unit], width);
      }
    }
  }

  private void first(SparseRows features, int row, float[] out, int at) {
    int width = inputs.width();
    System.arraycopy(inputs.values(), 0, out, at, width);
    for (int n = features.offsets()[row]; n < features.offsets()[row + 1]; n++) {
      int from = (1 + features.columns()[n]) * width;
      kernel.add(out, at, inputs.values(), from, features.values()[n], width);
    }
  }

  /** Adds to the gradients of the parameters, given that of what was made of a row of inputs. */
  void backward(SparseRows features, int row, float[] gradient, int at) {
    if (hidden == 0) {
      firstBack(features, row, gradient, at);
      return;
    }
    first(features, row, units, 0);
    int width = outputs.width();
    ofOutputs.add(hidden, gradient, at, 1f);
    Arrays.fill(byUnit, 0f);
    for (int unit = 0; unit < hidden; unit++) {
      if (units[unit] > 0) {
        ofOutputs.add(unit, gradient, at, units[unit]);
        byUnit[unit] = kernel.dot(gradient, at, outputs.values(), unit * width, width);
      }
    }
    firstBack(features, row, byUnit, 0);
  }

  private void firstBack(SparseRows features, int row, float[] gradient, int at) {
    ofInputs.add(0, gradient, at, 1f);
    for (int n = features.offsets()[row]; n < features.offsets()[row + 1]; n++) {
      ofInputs.add(1 + features.columns()[n], gradient, at, features.values()[n]);
    }
  }

  RowGradients ofInputs() {
    return ofInputs;
  }

  RowGradients ofOutputs() {
    return ofOutputs;
  }

  double squares() {
    return ofInputs.squares() + ofOutputs.squares();
  }

  void apply(Adam adam, AdamRates rates, double rate, float factor) {
    ofInputs.apply(adam, rates, rate, factor);
    ofOutputs.apply(adam, rates, rate, factor);
  }
}
