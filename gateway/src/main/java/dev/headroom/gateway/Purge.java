package dev.headroom.gateway;

import java.util.List;

/**
 * What to take out of the response cache: everything under any of the paths and everything with any
 * of the tags.
 *
 * @param paths a path, or a path and {@code /**} for everything at and below it
 */
public record Purge(List<String> paths, List<String> tags) {
  public Purge {
    paths = List.copyOf(paths);
    tags = List.copyOf(tags);
    for (String path : paths) {
      int star = path.indexOf('*');
      if (!path.startsWith("/") || (star >= 0 && !path.substring(star - 1).equals("/**"))) {
        throw new IllegalArgumentException(
            "path: " + path + " (expected: /a/path, or /a/path/** for all below)");
      }
    }
    if (paths.isEmpty() && tags.isEmpty()) {
      throw new IllegalArgumentException("nothing to purge (expected: at least one path or tag)");
    }
  }
}
