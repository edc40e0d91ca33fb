/**
 * What is seen while an application runs: statements and values as sent, who waits for whom,
 * queries that repeat within a request, answers that repeat.
 */
@NullMarked
package dev.headroom.advisor.live;

import org.jspecify.annotations.NullMarked;
