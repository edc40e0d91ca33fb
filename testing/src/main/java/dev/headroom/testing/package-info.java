/**
 * What tests share. Start at {@link dev.headroom.testing.PostgresExtension} and {@link
 * dev.headroom.testing.RedisExtension} for real servers, {@link dev.headroom.testing.RawSocket} for
 * protocols, {@link dev.headroom.testing.FakeTime} for time.
 */
@NullMarked
package dev.headroom.testing;

import org.jspecify.annotations.NullMarked;
