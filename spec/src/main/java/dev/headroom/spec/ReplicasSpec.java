package dev.headroom.spec;

/** Bounds of the number of replicas; equal bounds fix it. */
public record ReplicasSpec(
    @Setting(value = "Never fewer.", def = "1", min = 0, max = 1000) int min,
    @Setting(
            value = "Never more; min when absent.",
            def = "1",
            min = 1,
            max = 1000,
            atLeast = "min")
        int max) {}
