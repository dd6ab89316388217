/**
 * Features of users and items: what a pipeline file declares, what a table says, and how that
 * becomes numbers that a model can learn from.
 */
package io.perennial.model.feature;
