package dev.headroom.demo.traffic.users;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a JSON object matters here.
 *
 * @param id -1 where there is none
 * @param status as JSON, quotes included; likewise {@code priority}
 * @param labels ids, or null where the object does not tell its labels
 */
record Item(
    long id,
    @Nullable String title,
    @Nullable String status,
    @Nullable String priority,
    @Nullable List<Long> labels) {}
