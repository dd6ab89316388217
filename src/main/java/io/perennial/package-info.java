/** Perennial. */
package io.perennial;
