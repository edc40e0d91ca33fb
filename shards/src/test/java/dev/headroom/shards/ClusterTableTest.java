package dev.headroom.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterTableTest {
  /* The example of https://redis.io/docs/latest/commands/cluster-nodes/, with a failed node, a
   * host name as of Redis 7, and slots on their way. */
  private static final String TABLE =
      """
      07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,hostname4 slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected
      67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 127.0.0.1:30002@31002,hostname2 master - 0 1426238316232 2 connected 5461-10922
      292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f 127.0.0.1:30003@31003 master,fail - 0 1426238318243 3 disconnected 10923-16382 16383
      6ec23923021cf3ffec47632106199cb7f496ce01 127.0.0.1:30005@31005 slave 67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 0 1426238316232 5 connected
      824fe116063bc5fcf9f4ffd895bc17aee7731ac3 :0@0 slave,fail?,noaddr 292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f 0 1426238317741 6 disconnected
      e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 127.0.0.1:30001@31001 myself,master - 0 0 1 connected 0-5460 [77->-67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1] [93-<-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f]
      """;

  private final ClusterTable table = ClusterTable.parse(TABLE);

  @Test
  void knowsWhoWasAsked() {
    assertThat(table.nodes()).hasSize(6);
    assertThat(table.self().address()).isEqualTo(new NodeAddress("127.0.0.1", 30001));
    assertThat(table.self().slots()).containsExactly(new SlotRange(0, 5460));
    assertThat(table.self().isOwner()).isTrue();
    assertThat(table.self().configEpoch()).isEqualTo(1);
  }

  @Test
  void readsReplicasFailuresAndSingleSlots() {
    ClusterNode replica = table.byAddress(new NodeAddress("127.0.0.1", 30004)).orElseThrow();
    assertThat(replica.master()).contains(table.self().id());
    assertThat(replica.isMaster()).isFalse();
    assertThat(replica.slots()).isEmpty();

    ClusterNode failed = table.byAddress(new NodeAddress("127.0.0.1", 30003)).orElseThrow();
    assertThat(failed.isFailed()).isTrue();
    assertThat(failed.linked()).isFalse();
    assertThat(SlotRange.inWords(failed.slots())).isEqualTo("10923-16382,16383");

    ClusterNode lost = table.byId("824fe116063bc5fcf9f4ffd895bc17aee7731ac3").orElseThrow();
    assertThat(lost.isFailed()).as("one node's suspicion is no failure").isFalse();
    assertThat(lost.address()).isEqualTo(new NodeAddress("", 0));
  }

  @Test
  void ofTwoAtAnAddressTakesTheLivingOne() {
    ClusterTable both =
        ClusterTable.parse(
            """
            a 127.0.0.1:7000@17000 master,fail - 0 0 1 disconnected
            b 127.0.0.1:7000@17000 master - 0 0 0 connected
            c ::1:7001@17001 myself,master - 0 0 2 connected
            """);

    assertThat(both.byAddress(new NodeAddress("127.0.0.1", 7000)).orElseThrow().id())
        .isEqualTo("b");
    assertThat(both.self().address()).hasToString("[::1]:7001");
  }

  @Test
  void refusesWhatIsNoTable() {
    assertThatThrownBy(() -> ClusterTable.parse("ERR unknown"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: at least 8 fields");
    assertThatThrownBy(() -> new SlotRange(0, 16384)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void infoOfAReplica() {
    ServerInfo info =
        ServerInfo.parse(
            "# Server\r\nredis_version:6.2.11\r\n# Replication\r\nrole:slave\r\n"
                + "master_link_status:down\r\nslave_repl_offset:1234\r\nmaster_repl_offset:99\r\n"
                + "keyspace_hits:7\r\nkeyspace_misses:2\r\nused_memory:1048576\r\n"
                + "maxmemory:67108864\r\n"
                + "db0:keys=12,expires=0,avg_ttl=0\r\n",
            "cluster_state:ok\r\ncluster_slots_ok:16384\r\n");

    assertThat(info.replicationOffset()).isEqualTo(1234);
    assertThat(info.isLinkedToMaster()).isFalse();
    assertThat(List.of(info.hits(), info.misses(), info.keys(), info.usedMemory()))
        .containsExactly(7L, 2L, 12L, 1048576L);
    assertThat(info.maxMemory()).isEqualTo(67_108_864);
    assertThat(info.isClusterComplete()).isTrue();
    assertThat(info.takesSlotRanges()).isFalse();
    assertThat(ServerInfo.parse("redis_version:7.0.15").takesSlotRanges()).isTrue();
  }
}
