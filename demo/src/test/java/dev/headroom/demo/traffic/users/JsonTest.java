package dev.headroom.demo.traffic.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void listsGiveWhatMatters() throws IOException {
    assertThat(
            Json.items(
                bytes(
                    "{'next':{'items':[1]},'items':[{'id':7,'title':'A \\'b\\'','status':'open',"
                        + "'author':{'id':9,'title':'x'},'priority':2,'labels':[1,2]},"
                        + "{'tags':[[{'id':3}]],'id':8,'labels':[{'id':5,'name':'bug'}]},"
                        + "{'id':'opaque','status':{'id':1},'labels':['bug']}],'more':true}")))
        .containsExactly(
            new Item(7, "A 'b'".replace('\'', '"'), "\"open\"", "2", List.of(1L, 2L)),
            new Item(8, null, null, null, List.of(5L)),
            new Item(-1, null, null, null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{'items':7}",
        "{'items':[{'id':1}",
        "{'items':[{'labels':[1",
        "<html>",
        "{}"
      })
  void whatIsNotAListIsAnIoException(String answer) {
    assertThatThrownBy(() -> Json.items(bytes(answer))).isInstanceOf(IOException.class);
  }

  @Test
  void aCreationWithoutAnIdIsAnIoException() throws IOException {
    assertThat(Json.createdId(bytes("{'id':12}"))).isEqualTo(12);
    assertThatThrownBy(() -> Json.createdId(bytes("{'ok':true}"))).isInstanceOf(IOException.class);
  }

  @Test
  void loginsAreReadAndTokensTellTheirEnd() throws IOException {
    String payload =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(bytes("{'sub':'17','aud':['x'],'exp':1700000000}"));
    Json.Login login =
        Json.login(
            bytes("{'name':{'a':1},'token':'e30." + payload + ".s','userId':17,'tenantId':3}"));
    assertThat(login).isEqualTo(new Json.Login("e30." + payload + ".s", 17, 3));
    assertThat(Json.expiry(login.token())).hasValue(1_700_000_000);
    assertThat(Json.expiry("opaque")).isEmpty();
    assertThat(Json.expiry("a.!!!.c")).isEmpty();
    assertThatThrownBy(() -> Json.login(bytes("{'token':'x'}"))).isInstanceOf(IOException.class);
  }
}
