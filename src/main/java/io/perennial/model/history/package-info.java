/** What users did, as decayed counts of (user, item). */
package io.perennial.model.history;
