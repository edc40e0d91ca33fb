package dev.headroom.pgwire;

/** What ReadyForQuery says of the session. */
public enum TransactionStatus {
  IDLE('I'),
  IN_TRANSACTION('T'),
  FAILED('E');

  private final char letter;

  TransactionStatus(char letter) {
    this.letter = letter;
  }

  public char letter() {
    return letter;
  }

  public static TransactionStatus of(int letter) throws ProtocolException {
    return switch (letter) {
      case 'I' -> IDLE;
      case 'T' -> IN_TRANSACTION;
      case 'E' -> FAILED;
      default ->
          throw new ProtocolException(
              "transaction status " + letter + " (expected: 'I', 'T' or 'E')");
    };
  }
}
