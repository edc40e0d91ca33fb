package dev.headroom.spec;

/**
 * The text of one document, before anything is known about it.
 *
 * @param name what a person calls it, usually the file
 */
public record Source(String name, String text) {}
