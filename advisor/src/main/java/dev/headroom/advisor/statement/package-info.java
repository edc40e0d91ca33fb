/**
 * Statements as the advisor reads them: {@link dev.headroom.advisor.statement.Select} by its
 * clauses, {@link dev.headroom.advisor.statement.Subject} with values to try it with.
 */
@NullMarked
package dev.headroom.advisor.statement;

import org.jspecify.annotations.NullMarked;
