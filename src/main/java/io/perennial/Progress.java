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

  /** So many more steps of the current phase are done. */
  void advance(long steps);

  /** The current phase is over. */
  void end();
}
