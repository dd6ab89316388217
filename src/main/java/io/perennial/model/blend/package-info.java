/**
 * Ranks by model, own past and popularity together, with few weights that are learnt each night.
 */
package io.perennial.model.blend;
