/**
 * Statements in other words: {@link dev.headroom.advisor.rewrite.RewriteSearch} tries the rules,
 * and keeps what gives the same rows faster.
 */
@NullMarked
package dev.headroom.advisor.rewrite;

import org.jspecify.annotations.NullMarked;
