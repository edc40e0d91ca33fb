package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTemplatesTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /,                                                        /
          /api/me,                                                  /api/me
          /api/projects/17/issues,                                  /api/projects/{id}/issues
          /api/projects/17/issues?status=open&x=/9,                 /api/projects/{id}/issues
          /api/projects/17/,                                        /api/projects/{id}
          //api//me,                                                /api/me
          /api/v2/me,                                               /api/v2/me
          /oauth2/token,                                            /oauth2/token
          /api/reports/throughput,                                  /api/reports/throughput
          /u/8f14e45f-ceea-467f-a8f1-2b0c3d4e5f60,                  /u/{id}
          /u/8F14E45FCEEA467F,                                      /u/{id}
          /u/deadbeefdeadbeefdeadbeefdeadbeef,                      /u/{id}
          /u/01ARZ3NDEKTSV4RRFFQ69G5FAV,                            /u/{id}
          /d/2026-11-23,                                            /d/{id}
          /d/20261123T101500Z,                                      /d/20261123T101500Z
          /users/user-17,                                           /users/{id}
          /browse/HR-204,                                           /browse/{id}
          /users/ada@acme.example,                                  /users/{id}
          /users/%C3%A9,                                            /users/{id}
          /batch/1%2C2,                                             /batch/{id}
          /how-to-build-a-product-without-platform-team,            /how-to-build-a-product-without-platform-team
          /a;jsessionid=1/b,                                        /a/b
          /assets/app.3f9a2b1c.js,                                  /assets/**
          /assets,                                                  /assets
          /x/static/a/b/c.png,                                      /x/static/**
          /app.3f9a2b1c.js,                                         /app.{hash}.js
          /main-8c1e9f0aB2.css,                                     /main-{hash}.css
          /favicon.ico,                                             /favicon.ico
          /logo.svg,                                                /logo.svg
          /avatars/123.png,                                         /avatars/{id}.png
          /a/b/c/d/e/f/g/h/i/j/k/l,                                 /a/b/c/d/e/f/g/h/i/j/**
          """)
  void takes_identifiers_out(String path, String template) {
    assertThat(RouteTemplates.template(path)).isEqualTo(template);
  }

  @Test
  void long_segments_are_data() {
    assertThat(RouteTemplates.template("/x/" + "word".repeat(20))).isEqualTo("/x/{id}");
  }

  @Test
  void names_are_bounded_and_misses_do_not_use_them_up() {
    RouteTemplates routes = new RouteTemplates(2);
    assertThat(routes.name("/wp-login.php", 404)).isEqualTo(RouteTemplates.UNMATCHED);
    assertThat(routes.name("/api/issues/1", 200)).isEqualTo("/api/issues/{id}");
    assertThat(routes.name("/api/issues/999", 404)).isEqualTo("/api/issues/{id}");
    assertThat(routes.name("/api/me", 500)).isEqualTo("/api/me");
    assertThat(routes.name("/api/users", 200)).isEqualTo(RouteTemplates.OTHER);
    assertThat(routes.name("/api/me", 200)).isEqualTo("/api/me");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /users/ada,                  /users/{name}
          /users/ada/?x=1,             /users/{name}
          //users;v=1/ada;w=2,         /users/{name}
          /users/me,                   /users/me
          /users/me/posts,             /users/:name/posts
          /users/ada/posts,            /users/:name/posts
          /users/ada/likes,            /users/ada/likes
          /files/a/b.txt,              /files/**
          /files,                      /files/**
          /flask/7,                    /flask/<int:n>
          /spring/x.json,              /spring/{name}.json
          /,                           /
          /other/17,                   /other/{id}
          """)
  void the_applications_own_names_come_first(String path, String name) {
    RouteTemplates routes = new RouteTemplates(100);
    for (String route :
        new String[] {
          "/users/{name}",
          "/users/me",
          "/users/:name/posts",
          "/files/**",
          "/flask/<int:n>",
          "/spring/{name}.json",
          "/",
          "/**",
          "/{anything}",
          "nothing",
          ""
        }) {
      routes.learn(route);
    }

    assertThat(routes.name(path, 200)).isEqualTo(name);
  }

  @Test
  void learned_names_are_bounded_too() {
    RouteTemplates routes = new RouteTemplates(2);
    for (int i = 0; i < 2_000; i++) {
      routes.learn("/route" + i + "/{x}");
    }

    assertThat(routes.name("/route999/a", 200)).isEqualTo("/route999/{x}");
    assertThat(routes.name("/route1000/a", 200)).isEqualTo("/route1000/a");
    assertThat(routes.name("/route1001/a", 200)).isEqualTo("/route1001/a");
    assertThat(routes.name("/route1002/a", 200)).isEqualTo(RouteTemplates.OTHER);
  }
}
