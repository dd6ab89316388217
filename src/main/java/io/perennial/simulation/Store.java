package io.perennial.simulation;

import io.perennial.simulation.RandomStream.Purpose;
import io.perennial.simulation.StoreDefinition.Feedback;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * The store itself: makes the events of any day, or of any day's delivery, anew and always the
 * same. Holds the catalogue (a few dozen bytes an item) and nothing about users; a day takes 8
 * bytes a session.
 */
final class Store implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int FAVOURITES = 5;
  private static final int FAVOURITE_DAYS = 30;
  private static final double SECONDS_BETWEEN_EVENTS = 40;
  private static final int MOST_SESSIONS = 1 << 10;

  private final StoreDefinition definition;
  private final ItemCatalogue catalogue;
  private final Shoppers shoppers;
  private final double[] busyness;

  Store(StoreDefinition definition) {
    this.definition = definition;
    this.catalogue = new ItemCatalogue(definition);
    this.shoppers = new Shoppers(definition);
    this.busyness = ShopClock.busyness(definition);
  }

  StoreDefinition definition() {
    return definition;
  }

  ItemCatalogue catalogue() {
    return catalogue;
  }

  Shoppers shoppers() {
    return shoppers;
  }

  /** Every event that happened on a day, in order of the sessions' begin; made while being read. */
  <T> Iterator<T> happened(int day, Function<StoreEvent, T> made) {
    Sessions sessions = new Sessions();
    collect(day, day, -1, sessions);
    Cursor cursor = new Cursor(day, sessions);
    ArrayDeque<T> session = new ArrayDeque<>();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        while (session.isEmpty() && cursor.emitNext(event -> session.add(made.apply(event)))) {
          // one session at a time
        }
        return !session.isEmpty();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return session.remove();
      }
    };
  }

  /** Hands on every event in the file of a day: late ones of earlier days first. */
  void delivered(int day, StoreEvent.Sink sink) {
    Sessions sessions = new Sessions();
    for (int earlier = Math.max(0, day - definition.maxLateDays()); earlier <= day; earlier++) {
      collect(earlier, day, day, sessions);
    }
    Cursor cursor = new Cursor(day, sessions);
    while (cursor.emitNext(sink)) {
      // session by session
    }
  }

  /** Collects the sessions of a day; with {@code delivery} −1 all, else those delivered then. */
  private void collect(int day, int reference, int delivery, Sessions sessions) {
    if (delivery >= 0 && delivery != day && definition.lateShare() == 0) {
      return;
    }
    ShopClock clock = new ShopClock(definition, day);
    double mean = sessionsPerVisitor(day);
    int population = definition.population(day);
    for (int user = 0; user < population; user++) {
      if (!shoppers.visits(user, day)) {
        continue;
      }
      int count = (int) mean;
      if (RandomStream.unit(definition.seed(), Purpose.SESSION_COUNT, user, day, 0)
          < mean - count) {
        count++;
      }
      for (int session = 0; session < count; session++) {
        if (delivery >= 0 && deliveryDay(user, day, session) != delivery) {
          continue;
        }
        int start =
            clock.drawStart(
                RandomStream.of(definition.seed(), Purpose.SESSION_START, user, day, session));
        sessions.add(reference - day, start, user, session);
      }
    }
  }

  /** Makes the events of collected sessions, one session after the other. */
  private final class Cursor {
    private final int reference;
    private final Sessions sessions;
    private final StoreEvent event = new StoreEvent();
    private int next;
    private ShopClock clock;

    Cursor(int reference, Sessions sessions) {
      this.reference = reference;
      this.sessions = sessions;
      sessions.sort();
    }

    /** Hands on the events of the next session; false where there is none. */
    boolean emitNext(StoreEvent.Sink sink) {
      if (next == sessions.count) {
        return false;
      }
      long packed = sessions.packed[next++];
      int day = reference - Sessions.daysBack(packed);
      if (clock == null || day != event.day) {
        clock = new ShopClock(definition, day);
      }
      event.day = day;
      event.user = Sessions.user(packed);
      emitSession(clock, Sessions.session(packed), Sessions.start(packed), event, sink);
      return true;
    }
  }

  private void emitSession(
      ShopClock clock, int session, int start, StoreEvent event, StoreEvent.Sink sink) {
    RandomStream stream =
        RandomStream.of(definition.seed(), Purpose.SESSION, event.user, event.day, session);
    int length = stream.nextGeometric(eventsPerSession(event.day));
    double[] taste = shoppers.taste(event.user, event.day);
    double[] seconds = new double[length];
    for (int e = 1; e < length; e++) {
      seconds[e] = seconds[e - 1] - SECONDS_BETWEEN_EVENTS * StrictMath.log(1 - stream.nextUnit());
    }
    long last = clock.startMillis() + start * 1000L + (long) (seconds[length - 1] * 1000);
    long shift = Math.max(0, last - (clock.endMillis() - 1));
    for (int e = 0; e < length; e++) {
      long time = clock.startMillis() + start * 1000L + (long) (seconds[e] * 1000) - shift;
      event.time = Math.max(clock.startMillis(), time);
      event.item = chooseItem(stream, event.user, event.day, taste);
      describe(stream, taste, event);
      event.key = stream.nextLong();
      sink.accept(event);
    }
  }

  private int chooseItem(RandomStream stream, int user, int day, double[] taste) {
    if (definition.repeatPropensity() > 0 && stream.nextUnit() < definition.repeatPropensity()) {
      double at = stream.nextUnit();
      int item = favourite(user, day, (int) (FAVOURITES * at * at));
      if (catalogue.onSale(item, day)) {
        return item;
      }
    }
    return catalogue.choose(stream, taste, day);
  }

  /** A favourite of a user: chosen by the taste at the start of its thirty days. */
  private int favourite(int user, int day, int place) {
    int shifted = day + user % FAVOURITE_DAYS;
    int generation = shifted / FAVOURITE_DAYS;
    int chosen =
        Math.max(shoppers.firstDay(user), generation * FAVOURITE_DAYS - user % FAVOURITE_DAYS);
    RandomStream stream =
        RandomStream.of(definition.seed(), Purpose.FAVOURITE, user, generation, place);
    return catalogue.choose(stream, shoppers.taste(user, chosen), chosen);
  }

  private void describe(RandomStream stream, double[] taste, StoreEvent event) {
    if (definition.feedback() == Feedback.RATINGS) {
      double opinion = 3 + 2.5 * catalogue.match(taste, event.item) + 0.5 * stream.nextGaussian();
      event.type = "rating";
      event.value = Math.max(1, Math.min(5, Math.rint(opinion)));
    } else if (stream.nextUnit() < definition.viewShare()) {
      event.type = "view";
      event.value = 1;
    } else {
      event.type = "purchase";
      event.value = Math.min(12, stream.nextGeometric(1.4));
    }
  }

  /** Day whose file holds a session: its own, or a later one for the share that is late. */
  private int deliveryDay(int user, int day, int session) {
    RandomStream stream = RandomStream.of(definition.seed(), Purpose.LATENESS, user, day, session);
    if (stream.nextUnit() >= definition.lateShare()) {
      return day;
    }
    return Math.min(definition.days() - 1, day + 1 + stream.nextBelow(definition.maxLateDays()));
  }

  private double eventsPerVisitor(int day) {
    double visitors = Math.max(1e-9, shoppers.expectedVisitors(day));
    return definition.eventsPerDay() * busyness[day] / visitors;
  }

  private double sessionsPerVisitor(int day) {
    double sessions = eventsPerVisitor(day) / definition.meanSessionLength();
    return Math.max(1, Math.min(MOST_SESSIONS - 2, sessions));
  }

  private double eventsPerSession(int day) {
    return Math.max(1, Math.min(definition.meanSessionLength(), eventsPerVisitor(day)));
  }

  /**
   * Sessions as packed numbers: days back (5 bits, inverted), start (17), user (31), number (10).
   */
  private static final class Sessions {
    private long[] packed = new long[1024];
    private int count;

    void add(int daysBack, int start, int user, int session) {
      if (count == packed.length) {
        packed = Arrays.copyOf(packed, Math.multiplyExact(2, count));
      }
      packed[count++] =
          ((31L - daysBack) << 58) | ((long) start << 41) | ((long) user << 10) | session;
    }

    void sort() {
      Arrays.sort(packed, 0, count);
    }

    static int daysBack(long packed) {
      return 31 - (int) (packed >>> 58);
    }

    static int start(long packed) {
      return (int) (packed >>> 41) & 0x1FFFF;
    }

    static int user(long packed) {
      return (int) (packed >>> 10) & Integer.MAX_VALUE;
    }

    static int session(long packed) {
      return (int) packed & (MOST_SESSIONS - 1);
    }
  }
}
