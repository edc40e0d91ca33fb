package dev.headroom.router.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.pgwire.BackendMessage.BackendKeyData;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.router.Member;
import dev.headroom.testing.FakeTime;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerPoolTest {
  private final FakeTime time = new FakeTime();
  private final List<EmbeddedChannel> opened = new ArrayList<>();
  private final ServerPool pool =
      new ServerPool(
          new Member("pg", InetSocketAddress.createUnresolved("pg", 5432)),
          new Logins().of("app", "app", new Credential.Password("secret")),
          2,
          this::open,
          (member, reason) -> {},
          time);

  private void open(ServerPool to) {
    EmbeddedChannel channel = new EmbeddedChannel();
    opened.add(channel);
    ServerConnection connection =
        new ServerConnection(
            to, channel, new BackendKeyData(opened.size(), Bytes.of(new byte[4])), Map.of());
    channel.pipeline().addLast(connection);
    to.opened(connection);
  }

  private static final class Client implements Waiter {
    private final List<ServerConnection> granted = new ArrayList<>();

    private ServerConnection connection() {
      return granted.getLast();
    }

    @Override
    public Settings settings() {
      return Settings.NONE;
    }

    @Override
    public void granted(ServerConnection connection) {
      granted.add(connection);
    }

    @Override
    public void refused(String reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void denied(ErrorFields why) {
      throw new AssertionError(why);
    }

    @Override
    public void received(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void receivedAll() {}

    @Override
    public void writabilityChanged(boolean writable) {}

    @Override
    public void lost(String reason) {}
  }

  private Client acquire() {
    Client client = new Client();
    pool.acquire(client);
    return client;
  }

  @Test
  void anOldConnectionIsClosedWhenItComesBackAndWhoWaitsGetsANewOne() {
    Client first = acquire();
    Client second = acquire();
    Client third = acquire();
    assertThat(third.granted).isEmpty();
    time.advance(Duration.ofMinutes(61));
    first.connection().release();
    assertThat(opened.getFirst().isOpen()).isFalse();
    assertThat(third.connection().channel()).isEqualTo(opened.getLast());
    second.connection().release();
    assertThat(opened.get(1).isOpen()).isFalse();
  }

  @Test
  void anOldConnectionIsClosedWhileNobodyUsesIt() {
    acquire().connection().release();
    time.advance(Duration.ofMinutes(4));
    pool.closeIdle();
    assertThat(opened.getFirst().isOpen()).isTrue();
    for (int minutes = 4; minutes < 62; minutes += 2) {
      time.advance(Duration.ofMinutes(2));
      acquire().connection().release();
      pool.closeIdle();
    }
    assertThat(opened.getFirst().isOpen()).isFalse();
    assertThat(opened.get(1).isOpen()).isTrue();
  }

  @Test
  void aConnectionThatComesToAClosedPoolIsClosed() {
    pool.close();
    open(pool);
    assertThat(opened.getFirst().isOpen()).isFalse();
  }
}
