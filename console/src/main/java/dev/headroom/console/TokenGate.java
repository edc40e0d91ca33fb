package dev.headroom.console;

import com.linecorp.armeria.common.Cookie;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Lets in who knows the token: programs by {@code Authorization: Bearer}, people by a page that
 * asks for it once, leads on to where they wanted to go, and leaves a cookie. The cookie is made
 * from the token, so that another token ends all of them. Scripts and style sheets are everybody's.
 */
final class TokenGate extends SimpleDecoratingHttpService {
  private static final String COOKIE = "headroom_console";
  private static final String LOGIN = "/login";

  /* Neither another host (//x, /\x) nor anything that could end a header. */
  private static final Pattern OWN_PLACE =
      Pattern.compile("/([A-Za-z0-9][A-Za-z0-9/_.-]*)?(\\?[!-~]*)?");

  private final byte[] token;
  private final String cookie;
  private final String page;

  TokenGate(HttpService delegate, String token) {
    super(delegate);
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.cookie = cookieOf(this.token);
    this.page = WebPages.text("login.html");
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
    String path = context.path();
    if (path.equals(LOGIN) && request.method() == HttpMethod.POST) {
      return HttpResponse.of(
          request
              .aggregate()
              .thenApply(whole -> login(QueryParams.fromQueryString(whole.contentUtf8()))));
    }
    if (path.startsWith("/web/") || path.startsWith("/lib/") || isKnown(request.headers())) {
      return unwrap().serve(context, request);
    }
    return path.startsWith("/api/")
        ? JsonBodies.error(
            HttpStatus.UNAUTHORIZED, "no token (expected: Authorization: Bearer …, or a log-in)")
        : ask("", request.path());
  }

  private boolean isKnown(RequestHeaders headers) {
    String authorization = headers.get(HttpHeaderNames.AUTHORIZATION, "");
    if (authorization.regionMatches(true, 0, "Bearer ", 0, 7)
        && isToken(authorization.substring(7).strip())) {
      return true;
    }
    return headers.cookies().stream()
        .anyMatch(c -> c.name().equals(COOKIE) && isEqual(c.value(), cookie));
  }

  private HttpResponse login(QueryParams form) {
    String next = form.get("next", "/");
    if (!isToken(form.get("token", ""))) {
      return ask("That is not the token.", next);
    }
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.SEE_OTHER)
            .set(HttpHeaderNames.LOCATION, OWN_PLACE.matcher(next).matches() ? next : "/")
            .cookie(
                Cookie.secureBuilder(COOKIE, cookie)
                    .secure(false) // Plain HTTP: whoever terminates TLS stands in front.
                    .httpOnly(true)
                    .sameSite("Strict")
                    .path("/")
                    .build())
            .build());
  }

  private HttpResponse ask(String error, String next) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.UNAUTHORIZED)
            .contentType(MediaType.HTML_UTF_8)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .set(
                HttpHeaderNames.CONTENT_SECURITY_POLICY,
                "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
            .build(),
        HttpData.ofUtf8(
            page.replace("<!--error-->", error)
                .replace("<!--next-->", OWN_PLACE.matcher(next).matches() ? escaped(next) : "/")));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
  }

  private boolean isToken(String text) {
    return MessageDigest.isEqual(token, text.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isEqual(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private static String cookieOf(byte[] token) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token, "HmacSHA256"));
      return HexFormat.of()
          .formatHex(mac.doFinal("headroom console".getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
