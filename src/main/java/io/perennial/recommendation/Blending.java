package io.perennial.recommendation;

import io.perennial.model.blend.BlendedTopItems;
import java.io.Serializable;

/** How a version ranks by its blend, and how the pasts that it looks at are read. */
record Blending(BlendedTopItems top, PastReader pasts) implements Serializable {}
