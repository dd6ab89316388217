/**
 * The pipeline file: reads YAML, refuses what it does not know, and assembles the stages' own
 * option records.
 */
package io.perennial.config;
