/**
 * SQL as PostgreSQL reads it, without a grammar: {@link dev.headroom.sql.SqlTokens} cuts a text
 * into tokens, {@link dev.headroom.sql.Fingerprint} names what differs only in its literals, {@link
 * dev.headroom.sql.StatementShape} says what can be known of a statement without a catalog.
 * Whatever is not understood is never called a read.
 */
@NullMarked
package dev.headroom.sql;

import org.jspecify.annotations.NullMarked;
