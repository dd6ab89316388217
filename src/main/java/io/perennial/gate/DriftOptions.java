package io.perennial.gate;

/** Rules of input drift: how far tonight's input may lie from what recent nights looked like. */
public record DriftOptions() {
  public static final DriftOptions DEFAULT = new DriftOptions();
}
