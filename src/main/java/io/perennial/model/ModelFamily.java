package io.perennial.model;

/** Everything the stages need of a family, with its hyper-parameters bound. */
public interface ModelFamily<M extends Model> {
  /** As in the pipeline file: {@code als}. */
  String name();

  Feedback feedback();

  Trainer<M> trainer();

  ModelCodec<M> codec();
}
