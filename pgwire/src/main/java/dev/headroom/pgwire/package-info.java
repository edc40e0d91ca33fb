/**
 * PostgreSQL's frontend/backend protocol, version 3: {@link dev.headroom.pgwire.FrontendMessage}
 * and {@link dev.headroom.pgwire.BackendMessage} are the messages, {@link
 * dev.headroom.pgwire.MessageFramer} cuts a stream of bytes into them, {@link
 * dev.headroom.pgwire.ScramClient} and {@link dev.headroom.pgwire.ScramServer} prove who is there,
 * {@link dev.headroom.pgwire.PgConnection} is a plain blocking client for control queries.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol.html">PostgreSQL, chapter 54</a>
 */
@NullMarked
package dev.headroom.pgwire;

import org.jspecify.annotations.NullMarked;
