package dev.headroom.demo.traffic.figures;

/** The last two seconds or so. */
public record Live(
    double rate,
    double p50Ms,
    double p95Ms,
    double p99Ms,
    long errors,
    long limited,
    long unexpected4xx) {}
