/** Scores of whole catalogues, block by block. */
package io.perennial.model.scoring;
