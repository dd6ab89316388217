/** What is measured and on which windows; every subject on the same cases. */
package io.perennial.evaluation;
