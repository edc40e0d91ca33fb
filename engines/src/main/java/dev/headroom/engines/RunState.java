package dev.headroom.engines;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What runs on a state folder, as seen by any process.
 *
 * @param owner the Headroom that runs or, when it was killed, ran there
 * @param ports listening ports by what listens, for example {@code console}
 * @param children what the owner started and has not ended, first started first
 */
public record RunState(Member owner, Map<String, Integer> ports, List<Member> children) {

  public RunState {
    ports = Map.copyOf(ports);
    children = List.copyOf(children);
  }

  /**
   * A process of the run.
   *
   * @param alive false when it has ended without its owner noting it down
   */
  public record Member(
      String name, long pid, Instant startedAt, boolean alive, List<Integer> ports) {

    public Member {
      ports = List.copyOf(ports);
    }
  }

  static RunState of(RunFile file) {
    return new RunState(
        member(file, file.owner()),
        file.ports(),
        file.children().stream().map(child -> member(file, child)).toList());
  }

  private static Member member(RunFile file, RunFile.Entry entry) {
    return new Member(
        entry.name(),
        entry.pid(),
        Instant.parse(entry.startedAt()),
        file.isAlive(entry),
        entry.ports());
  }
}
