package io.perennial;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The direction of dependencies and the few rules that keep stages apart. */
@AnalyzeClasses(packages = "io.perennial", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.perennial";

  @ArchTest
  static final ArchRule nobodyDependsOnTheCommandLine =
      noClasses()
          .that(resideOutsideOfPackages("io.perennial.cli.."))
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.perennial.cli.."));

  @ArchTest
  static final ArchRule stagesHaveNoCycles =
      slices().matching("io.perennial.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule noStageKnowsThePipelineFile =
      mayOnlyBeUsedBy("config", "cli", "pipeline", "config");

  @ArchTest
  static final ArchRule theNightIsUsedByTheCommandLineOnly =
      mayOnlyBeUsedBy("pipeline", "cli", "pipeline");

  @ArchTest
  static final ArchRule reportsAreUsedByTheNightAndTheCommandLine =
      mayOnlyBeUsedBy("report", "cli", "pipeline", "report");

  @ArchTest
  static final ArchRule theRegistryIsUsedByTheStagesAboveIt =
      mayOnlyBeUsedBy("registry", "cli", "pipeline", "report", "recommendation", "registry");

  @ArchTest
  static final ArchRule theSimulationIsUsedByTheCommandLineOnly =
      mayOnlyBeUsedBy("simulation", "cli", "simulation");

  @ArchTest
  static final ArchRule theGateSeesOnlyEvaluation =
      noClasses()
          .that()
          .resideInAPackage("io.perennial.gate..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.perennial..")
                  .and(resideOutsideOfPackages("io.perennial.gate..", "io.perennial.evaluation.."))
                  // Feedback is what evaluation itself speaks of in its signatures.
                  .and(describe("not Feedback", c -> !c.getSimpleName().equals("Feedback")))
                  .and(describe("not of the root", c -> !c.getPackageName().equals(ROOT))));

  @ArchTest
  static final ArchRule theGateKnowsNoSparkAndNoFiles =
      noClasses()
          .that()
          .resideInAPackage("io.perennial.gate..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "org.apache.spark..", "org.apache.hadoop..", "java.io..", "java.nio.."));

  @ArchTest
  static final ArchRule evaluationKnowsNoStageAboveIt =
      noClasses()
          .that()
          .resideInAPackage("io.perennial.evaluation..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.perennial.gate..",
                  "io.perennial.registry..",
                  "io.perennial.report..",
                  "io.perennial.event..",
                  "io.perennial.slice.."));

  @ArchTest
  static final ArchRule modelsKnowOnlyDistillation =
      noClasses()
          .that()
          .resideInAPackage("io.perennial.model..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.perennial..")
                  .and(
                      resideOutsideOfPackages(
                          "io.perennial.model..", "io.perennial.distillation.."))
                  .and(describe("not of the root", c -> !c.getPackageName().equals(ROOT))));

  @ArchTest
  static final ArchRule distillationIsArithmetic =
      noClasses()
          .that()
          .resideInAPackage("io.perennial.distillation..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "java.nio.file..")
                  .or(
                      resideInAnyPackage("io.perennial..")
                          .and(resideOutsideOfPackages("io.perennial.distillation.."))
                          .and(
                              describe("not of the root", c -> !c.getPackageName().equals(ROOT)))));

  @ArchTest
  static final ArchRule eventsKnowNoOtherStage =
      noClasses()
          .that()
          .resideInAPackage("io.perennial.event..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.perennial..")
                  .and(resideOutsideOfPackages("io.perennial.event.."))
                  .and(describe("not of the root", c -> !c.getPackageName().equals(ROOT))));

  @ArchTest
  static final ArchRule familiesNeverMeet =
      slices()
          .matching("io.perennial.model.(als|embedding|linear)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule noStageKnowsAFamily =
      noClasses()
          .that(resideOutsideOfPackages("io.perennial.model.."))
          // Spark MLlib's ALS, beside which ours is measured.
          .and(describe("not of the stock arm", c -> !c.getSimpleName().equals("StockRetrainArm")))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.perennial.model.als..",
                  "io.perennial.model.embedding..",
                  "io.perennial.model.linear.."));

  @ArchTest
  static final ArchRule nd4jStaysInModelsAndDistillation =
      noClasses()
          .that(resideOutsideOfPackages("io.perennial.model..", "io.perennial.distillation.."))
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.nd4j..", "org.bytedeco.."));

  @ArchTest
  static final ArchRule deltaStaysInEventsAndTheRegistry =
      noClasses()
          .that(resideOutsideOfPackages("io.perennial.event..", "io.perennial.registry.."))
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.delta..", "org.apache.spark.sql.delta.."));

  @ArchTest
  static final ArchRule yamlAndJsonStayAtTheBorders =
      noClasses()
          .that(
              resideOutsideOfPackages(
                  "io.perennial.config..",
                  "io.perennial.registry..",
                  "io.perennial.report..",
                  "io.perennial.cli.."))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("com.fasterxml.jackson..", "org.yaml..", "org.json4s.."));

  @ArchTest
  static final ArchRule theClockIsReadByTheCommandLineOnly =
      noClasses()
          .that(resideOutsideOfPackages("io.perennial.cli.."))
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.time.LocalDate.class, "now")
          .orShould()
          .callMethod(java.time.LocalDateTime.class, "now")
          .orShould()
          .callMethod(java.time.ZonedDateTime.class, "now")
          .orShould()
          .callMethod(java.time.Clock.class, "systemUTC")
          .orShould()
          .callMethod(java.time.Clock.class, "systemDefaultZone")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callConstructor(java.util.Date.class);

  @ArchTest
  static final ArchRule nothingIsRandomWithoutASeed =
      noClasses()
          .that(resideOutsideOfPackages("io.perennial.cli.."))
          .should()
          .callConstructor(java.util.Random.class)
          .orShould()
          .callConstructor(java.util.SplittableRandom.class)
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(java.util.UUID.class, "randomUUID")
          .orShould()
          .callMethod(java.util.concurrent.ThreadLocalRandom.class, "current");

  @ArchTest
  static final ArchRule nothingEndsTheProcessButTheCommandLine =
      noClasses()
          .that(resideOutsideOfPackages("io.perennial.cli.."))
          .should()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule classesHaveASubject =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameStartingWith("Base")
          .orShould()
          .haveSimpleNameStartingWith("Abstract");

  @ArchTest
  static final ArchRule exceptionsAreConditionsThatUsersCanActOn =
      classes()
          .that()
          .areAssignableTo(RuntimeException.class)
          .and(describe("public", (JavaClass c) -> c.getModifiers().contains(JavaModifier.PUBLIC)))
          .should()
          .beAssignableTo(PerennialException.class);

  private static ArchRule mayOnlyBeUsedBy(String stage, String... users) {
    String[] packages = new String[users.length];
    for (int i = 0; i < users.length; i++) {
      packages[i] = ROOT + "." + users[i] + "..";
    }
    return noClasses()
        .that(resideOutsideOfPackages(packages))
        .should()
        .dependOnClassesThat(resideInAnyPackage(ROOT + "." + stage + ".."));
  }
}
