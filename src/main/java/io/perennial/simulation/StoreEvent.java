package io.perennial.simulation;

/** One event while it is handed on; the object is used again for the next one. */
final class StoreEvent {
  int user;
  int item;
  String type;
  double value;

  /** Milliseconds since 1970, UTC. */
  long time;

  /** Day on which it happened, counted from 0; the file's day is this or, for a late one, later. */
  int day;

  /** Key that no other event of the store has, for further choices about it. */
  long key;

  /** Who takes the events of a day. */
  interface Sink {
    void accept(StoreEvent event);
  }
}
