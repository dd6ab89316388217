package io.perennial.registry;

/** The right to write one pipeline's versions; only one run holds it. Closing gives it back. */
public interface Lease extends AutoCloseable {
  @Override
  void close();
}
