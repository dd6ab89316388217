package io.perennial.example;

import io.perennial.model.FactorRows;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.ModelCodec;
import io.perennial.model.ModelState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How versions keep the model. */
final class PopularityCodec implements ModelCodec<PopularityModel> {
  private static final String BEGUN = "begun";

  @Override
  public ModelState encode(PopularityModel model) {
    return new ModelState(
        PopularityFamily.NAME,
        model.users(),
        new MemoryFactorTable(model.items()),
        model.changedUsers(),
        model.changedItems().map(MemoryFactorTable::new),
        Map.of(),
        Map.of(ModelState.RANK, "1", BEGUN, Long.toString(model.begun())));
  }

  @Override
  public PopularityModel decode(ModelState state) {
    return new PopularityModel(
        state.users(),
        state.items().all(),
        Optional.of(new MemoryFactorTable(FactorRows.empty(1))),
        Optional.of(FactorRows.empty(1)),
        Long.parseLong(state.attributes().get(BEGUN)),
        List.of());
  }
}
