/**
 * Events: their columns, the ingest of files, quarantine, and reading what is new in a source
 * table.
 */
package io.perennial.event;
