package io.perennial.model;

import io.perennial.model.history.InteractionHistory;
import java.io.Serializable;

/**
 * Gives vectors to users whom a model does not know, from what they did, against items that stay as
 * they are. Broadcast to executors: serializable, immutable, used by many threads at once.
 */
public interface FoldIn extends Serializable {
  /**
   * Vectors of these users: of those who did something with an item that the model knows, and whose
   * equations have one finite solution.
   */
  FactorRows vectors(InteractionHistory histories);
}
