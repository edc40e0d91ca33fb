package dev.headroom.demo.traffic.figures;

/** What reading back all acknowledged ids found. */
public record Verified(long asked, long unanswered, long lost) {}
