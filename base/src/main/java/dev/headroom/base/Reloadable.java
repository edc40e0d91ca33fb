package dev.headroom.base;

/**
 * Something that takes a new document while it runs.
 *
 * @param <T> the document
 */
public interface Reloadable<T> {

  /**
   * Goes over from {@code previous} to {@code next} without dropping work in progress. Both have
   * been validated; what cannot change while running throws {@link UserError} before anything is
   * changed.
   */
  void apply(T previous, T next);
}
