package dev.headroom.console;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import java.util.Optional;
import java.util.Set;

/**
 * Lets nobody in under a foreign name while the console is only for this machine: a page of the
 * Internet could point its own name at 127.0.0.1 and read along (DNS rebinding).
 */
final class LoopbackHosts extends SimpleDecoratingHttpService {
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  LoopbackHosts(HttpService delegate) {
    super(delegate);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
    String authority = Optional.ofNullable(request.authority()).orElse("");
    String host = authority.replaceFirst(":[0-9]+$", "");
    if (!NAMES.contains(host)) {
      return JsonBodies.error(
          HttpStatus.MISDIRECTED_REQUEST, "Host: " + authority + " (expected: localhost)");
    }
    return unwrap().serve(context, request);
  }
}
