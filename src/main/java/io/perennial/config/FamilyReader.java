package io.perennial.config;

import io.perennial.model.Families;
import io.perennial.model.FamilyDescription;
import io.perennial.model.FamilyDescription.Preset;
import io.perennial.model.FamilyOptions;
import java.util.List;

/**
 * Reads the sections {@code model} and {@code distillation} as the family that they name has them.
 */
final class FamilyReader {
  /** The family of a file that names none. */
  static final String DEFAULT = "als";

  private FamilyReader() {}

  /**
   * The family of a file with its options; the default one with its defaults, and a problem added,
   * where there is no such family.
   */
  static FamilyOptions<?, ?> read(YamlSection model, YamlSection distillation) {
    List<String> names = List.copyOf(Families.all().keySet());
    boolean given = model.has("family");
    String name = model.oneOf("family", names).orElse(given ? "" : DEFAULT);
    if (name.isEmpty()) {
      // Without the family nobody knows what these keys mean.
      model.accept();
      distillation.accept();
      return defaults(named(DEFAULT));
    }
    return read(named(name), model, distillation);
  }

  private static FamilyDescription<?, ?> named(String name) {
    return Families.named(name)
        .orElseThrow(
            () -> new IllegalStateException("The family " + name + " is not on the class path"));
  }

  private static <O extends Record, D extends Record> FamilyOptions<O, D> defaults(
      FamilyDescription<O, D> family) {
    O options = family.presets().get(0).options();
    return new FamilyOptions<>(family, options, family.distillation(options));
  }

  private static <O extends Record, D extends Record> FamilyOptions<O, D> read(
      FamilyDescription<O, D> family, YamlSection model, YamlSection distillation) {
    List<Preset<O>> presets = family.presets();
    List<String> names = presets.stream().map(Preset::name).toList();
    String preset = model.oneOf("preset", names).orElse(names.get(0));
    O options = RecordBinder.bind(model, presets.get(names.indexOf(preset)).options());
    return new FamilyOptions<>(
        family, options, RecordBinder.bind(distillation, family.distillation(options)));
  }

  /** The same options, changed by the keys of a section of their own. */
  static <O extends Record, D extends Record> FamilyOptions<O, D> model(
      YamlSection section, FamilyOptions<O, D> usual) {
    return usual.withModel(RecordBinder.bind(section, usual.model()));
  }

  /** The same, with a section for distillation in it. */
  static <O extends Record, D extends Record> FamilyOptions<O, D> modelAndDistillation(
      YamlSection section, FamilyOptions<O, D> usual) {
    return model(section, usual)
        .with(RecordBinder.bind(section.section("distillation"), usual.distillation()));
  }
}
