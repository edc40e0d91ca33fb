/** What the gateway tells of each exchange: exact figures per cell, sampled spans. */
@NullMarked
package dev.headroom.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
