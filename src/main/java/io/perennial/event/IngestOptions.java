package io.perennial.event;

/** How files become events. */
public record IngestOptions() {}
