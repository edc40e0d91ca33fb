/**
 * The scratch copy: a PostgreSQL of our own with the relations that the statements concern, in
 * which proposals are tried. Start with {@link dev.headroom.advisor.scratch.ScratchCopy}.
 */
@NullMarked
package dev.headroom.advisor.scratch;

import org.jspecify.annotations.NullMarked;
