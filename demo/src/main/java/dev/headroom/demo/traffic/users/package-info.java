/** What users do: sessions, what they have learned, reads, writes and reading those back. */
@NullMarked
package dev.headroom.demo.traffic.users;

import org.jspecify.annotations.NullMarked;
