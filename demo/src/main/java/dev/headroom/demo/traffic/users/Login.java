package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.load.Endpoint;

/** How to log in with one of the accounts that the data comes with. */
final class Login {
  private Login() {}

  static HttpRequest request(int account) {
    return HttpRequest.of("POST", Endpoint.LOGIN.path())
        .withJson("{\"email\":\"user-" + account + "@demo.example\",\"password\":\"demo\"}");
  }
}
