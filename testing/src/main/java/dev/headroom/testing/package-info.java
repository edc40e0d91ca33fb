/** What tests share: a clock that is advanced by hand, real servers on free ports, raw sockets. */
@NullMarked
package dev.headroom.testing;

import org.jspecify.annotations.NullMarked;
