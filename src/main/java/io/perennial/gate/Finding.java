package io.perennial.gate;

/**
 * What one rule found: a row of {@code gate_findings}.
 *
 * @param rule name of the rule, as in the pipeline file
 * @param threshold in words that show the configured value
 * @param measured in words that show the measured value
 * @param outcome passed, failed, or skipped because the rule does not apply tonight
 * @param detail a sentence for the person on call
 */
public record Finding(
    String rule, String threshold, String measured, Outcome outcome, String detail) {
  /** Of a rule. */
  public enum Outcome {
    PASSED,
    FAILED,
    SKIPPED
  }
}
