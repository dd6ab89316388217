/** Versions, their rows, metrics, aliases and runs in Delta tables. */
package io.perennial.registry;
