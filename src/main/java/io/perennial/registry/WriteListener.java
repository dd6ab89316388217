package io.perennial.registry;

/**
 * Told after each commit of the registry, by one thread at a time: for logs, and for tests that
 * kill the process between any two writes.
 */
@FunctionalInterface
public interface WriteListener {
  /** Hears nothing. */
  WriteListener NONE = (table, pipeline, version) -> {};

  /** A commit to a table is done. {@code version} is 0 where the write belongs to none. */
  void written(String table, String pipeline, long version);
}
