package io.perennial.model;

/** The section {@code distillation} of a family that has no teacher: it has no keys. */
public record NoDistillation() {
  /** The only one. */
  public static final NoDistillation INSTANCE = new NoDistillation();
}
