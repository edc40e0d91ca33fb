/**
 * The {@code ScaledApp} document: one record per section, bound from YAML by {@code Documents}. The
 * records are the schema: a component's name is the key, its type the unit, its {@link
 * dev.headroom.spec.Setting} the meaning and the default. Start with {@link
 * dev.headroom.spec.ScaledApp}.
 */
@NullMarked
package dev.headroom.spec;

import org.jspecify.annotations.NullMarked;
