/** A bounded store of past events, and which of them stay in it. */
package io.perennial.model.embedding.replay;
