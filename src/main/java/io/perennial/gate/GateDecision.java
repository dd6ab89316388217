package io.perennial.gate;

import java.util.List;

/** Whether a candidate replaces the champion, and why. A rejection is an ordinary outcome. */
public sealed interface GateDecision {
  List<Finding> findings();

  /** Every rule passed or did not apply. */
  record Promoted(List<Finding> findings) implements GateDecision {
    public Promoted {
      findings = List.copyOf(findings);
    }
  }

  /** At least one rule failed. */
  record Rejected(List<Finding> findings) implements GateDecision {
    public Rejected {
      findings = List.copyOf(findings);
    }
  }
}
