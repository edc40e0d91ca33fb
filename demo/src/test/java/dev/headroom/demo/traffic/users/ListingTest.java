package dev.headroom.demo.traffic.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ListingTest {
  private final Set<Long> wanted = new HashSet<>(Set.of(3L, 300L));
  private final Listing listing = new Listing("/api/x", wanted);

  private static byte[] page(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(id -> "{\"id\":" + id + "}")
        .collect(Collectors.joining(",", "{\"items\":[", "]}"))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void goesOnUntilAllIsFound() throws IOException {
    assertThat(listing.next()).isEqualTo("/api/x?limit=200&offset=0");
    assertThat(listing.read(page(1, 50))).isEqualTo(Listing.State.GOING_ON);
    assertThat(wanted).containsExactly(300L);
    assertThat(listing.next()).isEqualTo("/api/x?limit=200&offset=50");
    assertThat(listing.read(page(51, 320))).isEqualTo(Listing.State.FOUND);
  }

  @Test
  void anEmptyPageIsTheEnd() throws IOException {
    assertThat(listing.read(page(1, 200))).isEqualTo(Listing.State.GOING_ON);
    assertThat(listing.read(page(1, 0))).isEqualTo(Listing.State.MISSING);
  }

  @Test
  void aListThatIsNotPagedIsReadTwiceAndNoMore() throws IOException {
    assertThat(listing.read(page(1, 50))).isEqualTo(Listing.State.GOING_ON);
    assertThat(listing.read(page(1, 50))).isEqualTo(Listing.State.MISSING);
  }

  @Test
  void whatMayLieBeyondAFullPageIsUnknown() throws IOException {
    assertThat(listing.read(page(1, 200))).isEqualTo(Listing.State.GOING_ON);
    assertThat(listing.read(page(1, 200))).isEqualTo(Listing.State.UNKNOWN);
  }
}
