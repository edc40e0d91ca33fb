package dev.headroom.spec;

/** Where in the sources something is written; the first line is 1, 0 when it has no line. */
record Place(String source, int line) {}
