package io.perennial.recommendation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over named parts, each with its length, so that no two lists of parts meet. */
final class BatchKey {
  private final MessageDigest digest;

  BatchKey() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  BatchKey with(String name, Object value) {
    for (String part : new String[] {name, String.valueOf(value)}) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return this;
  }

  BatchKey with(String name, int[] values) {
    StringBuilder text = new StringBuilder();
    for (int value : values) {
      text.append(value).append(',');
    }
    return with(name, text);
  }

  /** 32 lower-case hex digits. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest()).substring(0, 32);
  }
}
