package io.perennial.event;

import io.perennial.Behaviours;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The Delta table that nights read, and how its columns are called.
 *
 * @param table empty: the warehouse's own {@code events}; otherwise a catalog name ({@code
 *     schema.table}) or a path or URI
 * @param columns from the columns of {@link EventColumns} (user_id, item_id, event_type, value,
 *     event_time, event_date) to the table's own; user_id, item_id and event_time are required for
 *     a table of the user's; identity for the warehouse's own
 * @param eventTypes the event types that are learnt; empty: all
 * @param behaviours the same with weights, instead of {@code eventTypes}
 * @param zone the pipeline's zone: a timestamp without zone, and {@link EventColumns#DATE}, are
 *     read in it
 * @param removals what to do about updates and deletes in the source of events that were learnt
 *     already
 */
public record EventSource(
    Optional<String> table,
    Map<String, String> columns,
    List<String> eventTypes,
    Behaviours behaviours,
    ZoneId zone,
    Removals removals) {

  /** What a night does when rows that it learnt already were updated or deleted in the source. */
  public enum Removals {
    /** The night ends with {@link DataContractException} and the way out. */
    REFUSE,
    /** The night goes on; what was learnt stays learnt; the number of such rows is reported. */
    IGNORE
  }

  public EventSource {
    Objects.requireNonNull(table, "table");
    columns = Map.copyOf(columns);
    eventTypes = List.copyOf(eventTypes);
    Objects.requireNonNull(behaviours, "behaviours");
    if (behaviours.isPresent() && !eventTypes.isEmpty()) {
      throw new IllegalArgumentException(
          "source.eventTypes goes without behaviours, which name the event types that are learnt:"
              + " leave one of them out");
    }
    Objects.requireNonNull(zone, "zone");
    Objects.requireNonNull(removals, "removals");
  }

  /** All event types that are learnt count alike. */
  public EventSource(
      Optional<String> table,
      Map<String, String> columns,
      List<String> eventTypes,
      ZoneId zone,
      Removals removals) {
    this(table, columns, eventTypes, Behaviours.NONE, zone, removals);
  }

  /** The same, whatever was removed from it. */
  public EventSource ignoringRemovals() {
    return new EventSource(table, columns, eventTypes, behaviours, zone, Removals.IGNORE);
  }

  /** The warehouse's own table. */
  public static EventSource ownTable(ZoneId zone) {
    return new EventSource(Optional.empty(), Map.of(), List.of(), zone, Removals.REFUSE);
  }
}
