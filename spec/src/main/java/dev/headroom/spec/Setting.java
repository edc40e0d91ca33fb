package dev.headroom.spec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a key of the document means. The binder, the validator and the JSON Schema read it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {

  /** The meaning, one sentence. */
  String value();

  /** The value when the key is absent, written as a user would; empty: the type's own default. */
  String def() default "";

  /** The key, where it cannot be the component's name (a Java keyword or method of Object). */
  String key() default "";

  /** The key must be there. */
  boolean required() default false;

  /** Known, but not built yet: a document that uses it is refused, never ignored. */
  boolean notYet() default false;

  /** Words of an enum that are known, but not built yet. */
  String[] notYetWords() default {};

  /** Smallest value allowed: a number, milliseconds, bytes, millicores, percent. */
  long min() default Long.MIN_VALUE;

  /** Largest value allowed, in the unit of {@link #min}. */
  long max() default Long.MAX_VALUE;

  /**
   * The key, written before this one in the record, that this one may not be below: a lower value
   * is refused, a lower default gives way.
   */
  String atLeast() default "";
}
