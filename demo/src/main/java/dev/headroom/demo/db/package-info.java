/**
 * The way to PostgreSQL: one session per request, reads retried once, writes in explicit
 * transactions. Start with {@code Database}.
 */
@NullMarked
package dev.headroom.demo.db;

import org.jspecify.annotations.NullMarked;
