package io.perennial.recommendation;

import io.perennial.model.FoldIn;
import java.io.Serializable;

/** How every user is solved anew when he is served, and how what he did is read. */
record FreshUsers(FoldIn solver, PastReader pasts) implements Serializable {}
