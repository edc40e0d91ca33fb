package dev.headroom.demo.traffic.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TenantTest {
  private final Tenant tenant = new Tenant(1);
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void whatIsDoomedIsNobodyElses() {
    tenant.sawIssue(7);
    tenant.doom(7);
    // A list that was asked for before the deletion still shows it.
    tenant.sawIssue(7);
    assertThat(tenant.issues.pick(random)).isEmpty();
    assertThat(tenant.takeDoomed(random)).hasValue(7);
    assertThat(tenant.takeDoomed(random)).isEmpty();
    tenant.sawIssue(7);
    assertThat(tenant.issues.pick(random)).isEmpty();
  }

  @Test
  void anIssueHasOneWriterAtATime() {
    assertThat(tenant.reserve(7)).isTrue();
    assertThat(tenant.reserve(7)).isFalse();
    tenant.giveBack(7);
    assertThat(tenant.reserve(7)).isTrue();
  }

  @Test
  void poolsAreBoundedAndTurnOver() {
    IdPool pool = new IdPool(10);
    for (long id = 1; id <= 1000; id++) {
      pool.add(id);
      pool.add(id);
    }
    assertThat(pool.size()).isEqualTo(10);
    Set<Long> picked = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      picked.add(pool.pick(random).orElseThrow());
    }
    assertThat(picked).hasSize(10).contains(1L, 1000L);
    pool.remove(1000);
    assertThat(pool.size()).isEqualTo(9);
  }

  @Test
  void sessionsEndWhenThereAreMoreThanUsersOrTheirTokenEnds() {
    Sessions sessions = new Sessions();
    for (int account = 1; account <= 20; account++) {
      sessions.add(new Session(account, account, tenant, "t", 1000 + account), 8, random);
    }
    assertThat(sessions.size()).isEqualTo(8);
    assertThat(sessions.has(20)).as("the newest").isTrue();
    assertThat(sessions.any(random, 1019))
        .hasValueSatisfying(s -> assertThat(s.account()).isEqualTo(20));
    assertThat(sessions.any(random, 2000)).isEmpty();
    assertThat(sessions.size()).isZero();
    assertThat(sessions.has(20)).isFalse();
  }
}
