package dev.headroom.router.session;

import dev.headroom.signals.QueryCall;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A simple query; its values are the literals of its text. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record SimpleCall(byte[] frame) implements QueryCall {

  @Override
  public String sql() {
    return Frames.text(frame, 5, frame.length - 1);
  }

  @Override
  public int executions() {
    return 1;
  }

  @Override
  public List<Parameter> parameters() {
    SqlTokens tokens = SqlTokens.of(sql());
    List<Parameter> literals = new ArrayList<>();
    for (int i = 0; i < tokens.size() && literals.size() < BoundCall.MAX_VALUES; i++) {
      if (tokens.kind(i) == TokenKind.STRING || tokens.kind(i) == TokenKind.NUMBER) {
        String text = tokens.text(i);
        boolean plain = text.startsWith("'") && text.indexOf("''", 1) < 0 && text.endsWith("'");
        String value = plain && text.length() > 1 ? text.substring(1, text.length() - 1) : text;
        literals.add(
            value.length() > BoundCall.MAX_LENGTH
                ? new Parameter(0, Optional.of(value.substring(0, BoundCall.MAX_LENGTH)), false)
                : new Parameter(0, Optional.of(value), true));
      }
    }
    return literals;
  }

  @Override
  public String toString() {
    return "a simple query of " + (frame.length - 6) + " bytes";
  }
}
