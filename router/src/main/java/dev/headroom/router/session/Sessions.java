package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The clients by the process id they were told. Thread-safe. */
public final class Sessions {
  private final ConcurrentHashMap<Integer, ClientSession> byProcessId = new ConcurrentHashMap<>();

  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong schemaVersion = new AtomicLong();

  /** Grows with every change of a schema that one of them makes. */
  AtomicLong schemaVersion() {
    return schemaVersion;
  }

  /** Of a new session: never used before. */
  long nextNumber() {
    return numbers.incrementAndGet();
  }

  /** False when the id is taken. */
  boolean add(int processId, ClientSession session) {
    return byProcessId.putIfAbsent(processId, session) == null;
  }

  void remove(int processId, ClientSession session) {
    byProcessId.remove(processId, session);
  }

  /** All clients, as they stand. */
  public List<ClientFigures> figures() {
    return byProcessId.values().stream().map(ClientSession::figures).toList();
  }

  public int count() {
    return byProcessId.size();
  }

  /** Cancels what that client runs, if the key is the client's. */
  void cancel(int processId, Bytes secretKey) {
    ClientSession session = byProcessId.get(processId);
    if (session != null && session.hasKey(secretKey)) {
      session.cancel();
    }
  }

  public void closeAll() {
    byProcessId.values().forEach(ClientSession::shutDown);
  }
}
