package io.perennial.simulation;

import io.perennial.simulation.RandomStream.Purpose;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;

/** Writes the raw file of one day, late events and bad rows included, and counts what it wrote. */
final class RawDay {
  private static final int BAD_KINDS = 5;

  private final Store store;
  private final int day;
  private final RawRows rows;
  private final StringBuilder text = new StringBuilder(32);
  private ShopClock clock;
  private int clockDay = -1;
  private boolean plain;
  private int offset;
  private long events;
  private long late;
  private long bad;

  private RawDay(Store store, int day, RawRows rows) {
    this.store = store;
    this.day = day;
    this.rows = rows;
  }

  /**
   * What a day's file holds.
   *
   * @param day counted from 0
   * @param events good rows
   * @param late those of them that happened on an earlier day
   * @param bad malformed rows, on top of the events
   */
  record Delivery(int day, long events, long late, long bad) implements Serializable {}

  /** Writes a day's file under another name and puts it in place when it is whole. */
  static Delivery write(Store store, int day, PoisonedDay.Kind poison, StoreFolder folder) {
    try (StoreFolder.Replacement file = folder.replace(store.definition(), day)) {
      Delivery delivery;
      try (RawRows rows = file.open()) {
        RawDay raw = new RawDay(store, day, rows);
        store.delivered(day, PoisonedDay.between(store, day, poison, raw::write));
        delivery = new Delivery(day, raw.events, raw.late, raw.bad);
      }
      file.commit();
      return delivery;
    } catch (IOException | UncheckedIOException e) {
      throw new OutputFolderException(
          "Cannot write "
              + folder.rawFile(store.definition(), day)
              + ": "
              + e.getMessage()
              + ". Check the space and the permissions there.",
          e);
    }
  }

  private void write(StoreEvent event) {
    try {
      String user = Shoppers.id(event.user);
      String item = ItemCatalogue.id(event.item);
      String time = time(event);
      rows.row(user, item, event.type, event.value, time);
      events++;
      late += event.day < day ? 1 : 0;
      StoreDefinition definition = store.definition();
      double perEvent = definition.badRowShare() / (1 - definition.badRowShare());
      if (perEvent > 0) {
        RandomStream stream = RandomStream.of(definition.seed(), Purpose.BAD_ROW, event.key, 0, 0);
        int count = (int) perEvent + (stream.nextUnit() < perEvent - (int) perEvent ? 1 : 0);
        for (int b = 0; b < count; b++) {
          writeBad(stream.nextBelow(BAD_KINDS), user, item, time, event);
          bad++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeBad(int kind, String user, String item, String time, StoreEvent event)
      throws IOException {
    switch (kind) {
      case 0 -> rows.row(null, item, event.type, event.value, time);
      case 1 -> rows.row(user, null, event.type, event.value, time);
      case 2 -> rows.row(user, item, event.type, event.value, "32/13/" + time.substring(0, 4));
      case 3 -> rows.row(user, item, event.type, -event.value, time);
      default -> rows.brokenRow(user, item);
    }
  }

  /** ISO 8601 with milliseconds and the zone's offset: 2025-10-01T09:03:27.120+02:00. */
  private String time(StoreEvent event) {
    if (event.day != clockDay) {
      clock = new ShopClock(store.definition(), event.day);
      clockDay = event.day;
      plain = clock.isPlain();
      offset = clock.offsetSeconds(clock.startMillis());
    }
    int ahead = plain ? offset : clock.offsetSeconds(event.time);
    int wall = (int) Math.floorMod(event.time + ahead * 1000L, 86_400_000L);
    text.setLength(0);
    text.append(clock.date()).append('T');
    digits(wall / 3_600_000, 2).append(':');
    digits(wall / 60_000 % 60, 2).append(':');
    digits(wall / 1000 % 60, 2).append('.');
    digits(wall % 1000, 3);
    text.append(ahead < 0 ? '-' : '+');
    digits(Math.abs(ahead) / 3600, 2).append(':');
    return digits(Math.abs(ahead) / 60 % 60, 2).toString();
  }

  private StringBuilder digits(int value, int width) {
    if (width == 3) {
      text.append((char) ('0' + value / 100));
    }
    return text.append((char) ('0' + value / 10 % 10)).append((char) ('0' + value % 10));
  }
}
