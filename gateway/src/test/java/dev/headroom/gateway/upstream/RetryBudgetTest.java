package dev.headroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static final long SECOND = 1_000_000_000L;

  private static int takeAll(RetryBudget budget, long now) {
    int taken = 0;
    while (budget.take(now)) {
      taken++;
    }
    return taken;
  }

  @Test
  void there_is_a_reserve_for_times_of_little_traffic() {
    RetryBudget budget = new RetryBudget(0.2, 0);
    assertThat(takeAll(budget, 0)).isEqualTo(100);
    assertThat(takeAll(budget, 5 * SECOND)).isZero();
    assertThat(takeAll(budget, 10 * SECOND)).isEqualTo(100);
  }

  @Test
  void a_share_of_the_requests_may_be_sent_again() {
    RetryBudget budget = new RetryBudget(0.2, 0);
    for (int i = 0; i < 10_000; i++) {
      budget.earn();
    }
    assertThat(takeAll(budget, SECOND)).isEqualTo(100 + 2_000);
  }

  @Test
  void what_was_long_ago_earns_only_as_much_as_its_last_ten_seconds() {
    RetryBudget budget = new RetryBudget(0.2, 0);
    for (int i = 0; i < 10_000; i++) {
      budget.earn();
    }
    assertThat(takeAll(budget, 100 * SECOND)).isEqualTo(100 + 200);
    assertThat(takeAll(budget, 120 * SECOND)).isEqualTo(100);
  }

  @Test
  void no_share_means_no_retry() {
    RetryBudget budget = new RetryBudget(0, 0);
    budget.earn();
    assertThat(budget.take(0)).isFalse();
    budget.share(1);
    assertThat(budget.take(0)).isTrue();
  }
}
