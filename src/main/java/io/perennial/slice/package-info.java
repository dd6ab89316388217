/** Which events a night learns, and the instant at which they are cut into fit and validation. */
package io.perennial.slice;
