/** Alternating least squares, from scratch and night by night. */
package io.perennial.model.als;
