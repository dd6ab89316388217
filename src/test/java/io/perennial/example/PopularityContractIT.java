package io.perennial.example;

import io.perennial.model.ModelFamily;
import io.perennial.model.ModelFamilyContract;

/** A family of one's own keeps the contract of families by the same test as those delivered. */
class PopularityContractIT extends ModelFamilyContract<PopularityModel> {
  @Override
  protected ModelFamily<PopularityModel> family() {
    return new PopularityFamily(PopularityOptions.DEFAULT);
  }
}
