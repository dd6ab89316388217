package io.perennial.model;

/**
 * Learns a new model of one family; never changes the parent. Same task and seed: same model within
 * 1e-5.
 */
public interface Trainer<M extends Model> {
  M train(TrainingTask<M> task);
}
