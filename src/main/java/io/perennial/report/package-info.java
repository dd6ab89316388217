/** HTML pages from what the tables hold. */
package io.perennial.report;
