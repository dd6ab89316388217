package io.perennial.model;

/** Turns a family's models into the form in which versions are kept, and back, without loss. */
public interface ModelCodec<M extends Model> {
  ModelState encode(M model);

  /** The model whose state this is; {@code changed…} of the state are not needed. */
  M decode(ModelState state);
}
