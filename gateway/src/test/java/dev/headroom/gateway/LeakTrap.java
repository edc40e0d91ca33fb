package dev.headroom.gateway;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Follows every buffer of the module's tests, and fails the class after which one was collected
 * that nobody had released. Registered for all classes in {@code META-INF/services}.
 */
public final class LeakTrap implements AfterAllCallback {
  private static final int ROUNDS = 4;
  private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

  static {
    // Before anything of Netty is loaded, which reads it once.
    System.setProperty("io.netty.leakDetection.level", "paranoid");
    ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + records));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    for (int i = 0; i < ROUNDS; i++) {
      System.gc();
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      PooledByteBufAllocator.DEFAULT.directBuffer(1).release(); // Reports what was collected.
    }
    if (!LEAKS.isEmpty()) {
      String all = String.join("\n", LEAKS);
      LEAKS.clear();
      throw new AssertionError("buffers that nobody has released:\n" + all);
    }
  }
}
