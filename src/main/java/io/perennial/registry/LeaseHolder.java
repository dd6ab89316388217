package io.perennial.registry;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Optional;

/**
 * A process that may hold a lease.
 *
 * @param host name of its machine
 * @param process its id there
 * @param start when it began, epoch milliseconds; 0: unknown
 */
record LeaseHolder(String host, long process, long start) {

  /** This process. */
  static LeaseHolder current() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = Optional.ofNullable(System.getenv("HOSTNAME")).orElse("localhost");
    }
    return new LeaseHolder(host, ProcessHandle.current().pid(), start(ProcessHandle.current()));
  }

  /** Whether it runs no more, as seen from another process of the same machine. */
  boolean isDead() {
    Optional<ProcessHandle> handle = ProcessHandle.of(process).filter(ProcessHandle::isAlive);
    if (handle.isEmpty()) {
      return true;
    }
    long begun = start(handle.get());
    return start != 0 && begun != 0 && begun != start;
  }

  private static long start(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
