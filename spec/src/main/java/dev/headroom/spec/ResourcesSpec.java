package dev.headroom.spec;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;

/** What one replica asks for, and is placed by. */
public record ResourcesSpec(
    @Setting(value = "CPU.", def = "500m", min = 1) Cpu cpu,
    @Setting(value = "Memory.", def = "512Mi", min = 1 << 20) ByteSize memory) {}
