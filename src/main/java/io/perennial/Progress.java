package io.perennial;

/** Where long work says how far it is. Calls come from the driver's thread only. */
public interface Progress {
  /** Says nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public void begin(String phase, long total) {}

        @Override
        public void advance(long steps) {}

        @Override
        public void end() {}
      };

  /**
   * A phase begins, in words for people ("solving user factors"); {@code total} steps, or 0 where
   * unknown.
   */
  void begin(String phase, long total);

  /** From here on the work is that of a run, which makes a version; for the lines of a log. */
  default void belongsTo(String run, long version) {}

  /** So many more steps of the current phase are done. */
  void advance(long steps);

  /** The current phase is over. */
  void end();
}
