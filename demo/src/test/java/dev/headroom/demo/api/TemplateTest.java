package dev.headroom.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateTest {
  @Test
  void matches() {
    Template template = Template.of("/api/projects/{projectId}/issues");
    assertThat(template.match(Template.split("/api/projects/7/issues")))
        .contains(Map.of("projectId", "7"));
    assertThat(template.match(Template.split("/api/projects/7"))).isEmpty();
    assertThat(template.match(Template.split("/api/projects/7/issues/"))).isEmpty();
    assertThat(template.match(Template.split("/api/users/7/issues"))).isEmpty();
    assertThat(Template.of("/").match(Template.split("/"))).contains(Map.of());
    assertThat(Template.of("/assets/**").match(Template.split("/assets/a/b"))).contains(Map.of());
    assertThat(Template.of("/assets/**").match(Template.split("/other"))).isEmpty();
  }
}
