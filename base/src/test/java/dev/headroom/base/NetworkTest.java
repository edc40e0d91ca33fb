package dev.headroom.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.0/9, 10.128.0.0, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.8, false",
    "0.0.0.0/0, 203.0.113.1, true",
    "0.0.0.0/0, ::1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::1, ::1, true"
  })
  void holds_the_addresses_with_its_first_bits(String network, String address, boolean contained) {
    assertThat(Network.parse(network).orElseThrow().contains(InetAddress.ofLiteral(address)))
        .isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10",
        "10.1",
        "010.0.0.1",
        "0x7f.0.0.1",
        "fe80::1%eth0",
        "::/129",
        "1.2.3.4.5",
        "/8"
      })
  void refuses_what_others_may_read_otherwise(String text) {
    assertThat(Network.parse(text)).isEmpty();
  }

  @Test
  void prints_as_written() {
    assertThat(Network.parse("10.0.0.0/8").orElseThrow()).hasToString("10.0.0.0/8");
    assertThat(Network.parse("192.0.2.7").orElseThrow()).hasToString("192.0.2.7");
    assertThat(Network.parse("192.0.2.7/32")).isEqualTo(Network.parse("192.0.2.7"));
  }
}
