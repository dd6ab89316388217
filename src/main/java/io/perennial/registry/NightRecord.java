package io.perennial.registry;

import io.perennial.evaluation.Classification;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.Measurement;
import io.perennial.gate.Finding;
import io.perennial.model.ModelState;
import io.perennial.model.TrainingLoss;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Everything that a night leaves behind; {@link ModelRegistry#register} writes it in the order of
 * the architecture.
 *
 * @param version the new version's row (its {@code rowVersions} as {@link
 *     ModelRegistry#plannedRowVersions} said)
 * @param state the model to be kept
 * @param historyChanges histories of touched users after the night, all users from scratch; {@link
 *     io.perennial.model.history.HistoryTable#SCHEMA}
 * @param itemStatisticsChanges likewise for items; {@link
 *     io.perennial.model.history.ItemStatistics#SCHEMA}
 * @param frozenWindow validation window of this night, bounded, to be measured on in later nights;
 *     empty when nobody was in it
 * @param measurements every figure of the night
 * @param classifications of ratings, where the pipeline tells what is liked
 * @param evidence prequential evidence for pooling in later nights
 * @param profiles shape of the night's input, or of the validation days of a line's first version;
 *     empty when there were only late events
 * @param losses of the training by epoch; empty where nobody counts epochs
 * @param findings of the gate
 * @param slices states of slices after the night
 * @param promote whether the champion alias moves
 */
public record NightRecord(
    ModelVersion version,
    ModelState state,
    Dataset<Row> historyChanges,
    Dataset<Row> itemStatisticsChanges,
    Optional<EvaluationWindow> frozenWindow,
    List<Measurement> measurements,
    List<Classification> classifications,
    List<Evidence> evidence,
    List<InputProfile> profiles,
    List<TrainingLoss> losses,
    List<Finding> findings,
    List<SliceState> slices,
    boolean promote) {}
