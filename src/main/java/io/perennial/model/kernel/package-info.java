/**
 * Arithmetic on primitive arrays: Gram products, Cholesky solves, with the Vector API and a scalar
 * fallback.
 */
package io.perennial.model.kernel;
