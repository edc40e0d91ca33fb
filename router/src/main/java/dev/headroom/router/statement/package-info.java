/** What is a read. Start with {@link dev.headroom.router.statement.StatementAnalysis}. */
@NullMarked
package dev.headroom.router.statement;

import org.jspecify.annotations.NullMarked;
