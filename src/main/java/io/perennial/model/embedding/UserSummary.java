package io.perennial.model.embedding;

import io.perennial.model.FactorRows;
import io.perennial.model.embedding.rounds.UserRows;
import io.perennial.model.embedding.rounds.WorkerState;
import java.io.Serializable;

/**
 * What the driver must know of a worker's users.
 *
 * @param touched users with new events
 * @param newcomers those that the parent does not have
 * @param finite whether no value and no moment is NaN or infinite
 * @param change of the sum over all users' rows
 */
record UserSummary(long touched, long newcomers, boolean finite, RowMean change)
    implements Serializable {
  static UserSummary of(WorkerState state, int width) {
    FactorRows after = UserRows.values(state, width);
    FactorRows before = UserRows.before(state, width);
    return new UserSummary(
        after.size(),
        after.size() - before.size(),
        state.users().isFinite(),
        RowMean.of(after).minus(RowMean.of(before)));
  }
}
