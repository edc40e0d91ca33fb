package dev.headroom.demo.api;

/** Who asks, proven by a token. */
record Identity(long user, long tenant) {}
