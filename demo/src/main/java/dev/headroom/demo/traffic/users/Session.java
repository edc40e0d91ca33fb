package dev.headroom.demo.traffic.users;

/**
 * One user who has logged in.
 *
 * @param account the number in the e-mail address
 * @param endsAt when the token ends, on the run's clock
 */
record Session(int account, long userId, Tenant tenant, String token, long endsAt) {}
