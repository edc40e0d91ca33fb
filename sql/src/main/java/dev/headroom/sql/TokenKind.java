package dev.headroom.sql;

/** What a token is, as far as PostgreSQL's lexer can tell. */
public enum TokenKind {
  /** An unquoted identifier or keyword. */
  WORD,
  /** {@code "quoted"}. */
  QUOTED_NAME,
  /** {@code U&"d\0061t"}: a name that is not resolved here. */
  UNICODE_NAME,
  /** A string of any form: plain, E, U&amp;, B, X, N or dollar-quoted. */
  STRING,
  NUMBER,
  /** {@code $1}. */
  PARAMETER,
  OPERATOR,
  /** One of {@code ( ) [ ] , ; .} or {@code :} {@code ::} {@code ..} {@code :=}. */
  PUNCTUATION,
  /** A character that no token starts with, or a quote or comment that does not end. */
  ERROR
}
