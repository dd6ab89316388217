package io.perennial.bench;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.StageInfo;

/** Adds up what Spark tells of stages, by where in the code they come from. */
final class StageClock extends SparkListener {
  private final Map<String, Sums> stages = new TreeMap<>();

  /** Over the stages of one origin. */
  static final class Sums {
    private int count;
    private double seconds;
    private double executorSeconds;
    private double shuffledBytes;
    private double resultBytes;

    /** Number of stages. */
    int count() {
      return count;
    }

    /** Wall seconds a stage. */
    double seconds() {
      return seconds / count;
    }

    /** Seconds of all tasks together, a stage. */
    double executorSeconds() {
      return executorSeconds / count;
    }

    /** Megabytes written for the next stage, a stage. */
    double shuffled() {
      return shuffledBytes / count / 1e6;
    }

    /** Megabytes sent to the driver, a stage. */
    double results() {
      return resultBytes / count / 1e6;
    }
  }

  @Override
  public synchronized void onStageCompleted(SparkListenerStageCompleted completed) {
    StageInfo stage = completed.stageInfo();
    Sums sums = stages.computeIfAbsent(stage.name(), name -> new Sums());
    sums.count++;
    long begin = (long) stage.submissionTime().getOrElse(() -> 0L);
    long end = (long) stage.completionTime().getOrElse(() -> 0L);
    sums.seconds += (end - begin) / 1e3;
    sums.executorSeconds += stage.taskMetrics().executorRunTime() / 1e3;
    sums.shuffledBytes += stage.taskMetrics().shuffleWriteMetrics().bytesWritten();
    sums.resultBytes += stage.taskMetrics().resultSize();
  }

  synchronized void forget() {
    stages.clear();
  }

  /** By name of the stage: what it does, and where in the code. */
  synchronized Map<String, Sums> stages() {
    return new TreeMap<>(stages);
  }
}
