/**
 * A model family of a user's own, as small as one can be: everybody gets what is popular of late.
 * The guide to families walks through it.
 */
package io.perennial.example;
