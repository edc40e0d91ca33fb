package dev.headroom.router;

import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.Tls;
import dev.headroom.spec.RouterSpec;
import java.util.Map;

/**
 * What the document asks of clients, its secrets resolved. Asked at the start, when the document
 * changes, and by the admin database's RELOAD, which so takes in a renewed certificate; a {@link
 * dev.headroom.base.UserError} leaves what was in force.
 */
public interface ClientAccess {

  /** No TLS, and nobody but the application's user. */
  ClientAccess APPLICATION_ONLY =
      new ClientAccess() {
        @Override
        public Tls tls(RouterSpec spec) {
          return Tls.DISABLED;
        }

        @Override
        public Map<String, Credential> users(RouterSpec spec) {
          return Map.of();
        }
      };

  /** TLS from clients. */
  Tls tls(RouterSpec spec);

  /** Users beside the application's, by name. */
  Map<String, Credential> users(RouterSpec spec);
}
