package dev.headroom.apm.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a printed stack trace says: the exception at its root, and the frames of the application's
 * own code, innermost first, without what changes from build to build. Reads Java (and Kotlin,
 * Scala), Node.js and Python; of others there are no frames.
 *
 * @param rootType type of the innermost cause; empty when the text does not tell
 */
record StackTrace(String rootType, List<String> frames) {
  private static final int MOST_LINES = 2_000;
  private static final StackTrace NONE = new StackTrace("", List.of());

  StackTrace {
    frames = List.copyOf(frames);
  }

  static StackTrace parse(String text) {
    List<String> lines = text.lines().limit(MOST_LINES).toList();
    for (String line : lines) {
      if (PythonFrames.FRAME.matcher(line).matches()) {
        return PythonFrames.read(lines);
      }
      if (JavaFrames.FRAME.matcher(line).matches()) {
        return JavaFrames.read(lines);
      }
      if (NodeFrames.FRAME.matcher(line).matches()) {
        return NodeFrames.read(lines);
      }
    }
    return NONE;
  }

  /** {@code at package.Class.method(File.java:12)}. */
  private static final class JavaFrames {
    static final Pattern FRAME =
        Pattern.compile(
            "\\s*at (?:[\\w.-]*(?:@[\\w.-]*)?/){0,2}([\\w.$<>/-]+)\\.([\\w$<>-]+)"
                + "\\((?:[\\w$.-]+\\.(?:java|kt|scala|groovy|clj)(?::\\d+)?|Native Method"
                + "|Unknown Source|<generated>)\\).*");
    private static final Pattern CAUSE =
        Pattern.compile("\\s*(?:Caused by|Wrapped by): ([\\w.$]+).*");
    private static final Pattern LIBRARY =
        Pattern.compile(
            "(?:java|javax|jdk|sun|com\\.sun|jakarta|kotlin|kotlinx|scala|groovy|org\\.springframework"
                + "|org\\.apache|org\\.hibernate|org\\.postgresql|org\\.eclipse|org\\.jboss"
                + "|org\\.wildfly|org\\.glassfish|org\\.junit|org\\.slf4j|org\\.codehaus|org\\.aspectj"
                + "|org\\.mariadb|org\\.h2|org\\.jooq|org\\.mybatis|org\\.xnio|org\\.redisson"
                + "|io\\.netty|io\\.opentelemetry|io\\.undertow|io\\.vertx|io\\.grpc|io\\.lettuce"
                + "|io\\.micronaut|io\\.quarkus|io\\.micrometer|io\\.reactivex|io\\.ktor|reactor"
                + "|com\\.zaxxer|com\\.fasterxml|com\\.google|com\\.mysql|com\\.linecorp"
                + "|com\\.datastax|com\\.amazonaws|com\\.microsoft|redis\\.clients|okhttp3|okio"
                + "|retrofit2|feign|ch\\.qos|net\\.bytebuddy|software\\.amazon|akka|play)\\..*");
    private static final Pattern GENERATED =
        Pattern.compile(
            "\\$\\$Lambda.*|\\$\\$(?:EnhancerBy|FastClassBy|SpringCGLIB|_javassist|_WeldClientProxy).*"
                + "|\\$(?:ByteBuddy|HibernateProxy|MockitoMock|auxiliary)\\$.*|\\$Proxy\\d+|_Subclass$"
                + "|_ClientProxy$|GeneratedMethodAccessor\\d+|GeneratedConstructorAccessor\\d+");

    static StackTrace read(List<String> lines) {
      String rootType = "";
      List<List<String>> sections = new ArrayList<>();
      sections.add(new ArrayList<>());
      for (String line : lines) {
        Matcher cause = CAUSE.matcher(line);
        if (cause.matches()) {
          rootType = cause.group(1);
          sections.add(new ArrayList<>());
          continue;
        }
        if (line.strip().startsWith("Suppressed:")) {
          break;
        }
        Matcher frame = FRAME.matcher(line);
        if (frame.matches() && !LIBRARY.matcher(frame.group(1) + ".").matches()) {
          String of = GENERATED.matcher(frame.group(1)).replaceAll("");
          if (!of.isEmpty()) {
            sections.getLast().add(of + "." + method(frame.group(2)));
          }
        }
      }
      return new StackTrace(rootType, innermost(sections.reversed()));
    }

    /* lambda$load$12, load$lambda$3, load$lambda-3 and access$100: numbers are the compiler's. */
    private static String method(String method) {
      return method
          .replaceFirst("^lambda\\$(.*)\\$\\d+$", "$1")
          .replaceFirst("\\$lambda[$-].*$", "")
          .replaceFirst("^access\\$\\d+$", "access");
    }
  }

  /** {@code at function (/app/src/file.js:1:2)}. */
  private static final class NodeFrames {
    static final Pattern FRAME =
        Pattern.compile(
            "\\s*at (?:(?:async )?(?:new )?([^()]*?) (?:\\[as [^\\]]*\\] )?\\()?"
                + "((?:file://|node:|webpack-internal:|[A-Za-z]:[\\\\/]|/|internal/)?[^()\\s]+?)"
                + ":(\\d+)(?::(\\d+))?\\)?");
    private static final Pattern LIBRARY =
        Pattern.compile(
            ".*(?:[\\\\/]node_modules[\\\\/]|^node:|^internal/|^[\\w-]+\\.js$|<anonymous>).*");
    private static final Pattern CAUSE = Pattern.compile("\\s*\\[cause\\]: (\\w+).*");
    private static final Pattern HASH = Pattern.compile("[.-][0-9a-f]{6,}(?=\\.)");

    static StackTrace read(List<String> lines) {
      String rootType = "";
      List<List<String>> sections = new ArrayList<>();
      sections.add(new ArrayList<>());
      for (String line : lines) {
        Matcher cause = CAUSE.matcher(line);
        if (cause.matches()) {
          rootType = cause.group(1);
          sections.add(new ArrayList<>());
          continue;
        }
        Matcher frame = FRAME.matcher(line);
        if (frame.matches()) {
          String file = frame.group(2);
          if (!LIBRARY.matcher(file).find()) {
            String function = frame.group(1) == null ? "" : frame.group(1);
            sections.getLast().add(file(file) + " " + function(function));
          }
        }
      }
      return new StackTrace(rootType, innermost(sections.reversed()));
    }

    private static String file(String path) {
      String[] parts = path.split("[\\\\/]");
      String name = HASH.matcher(parts[parts.length - 1]).replaceAll("");
      return parts.length > 1 ? parts[parts.length - 2] + "/" + name : name;
    }

    private static String function(String function) {
      return function.replaceFirst("^(?:Object|Function|Module|exports)\\.", "").strip();
    }
  }

  /** {@code File "/app/views.py", line 10, in get}. */
  private static final class PythonFrames {
    static final Pattern FRAME = Pattern.compile("\\s*File \"([^\"]+)\", line \\d+(?:, in (.+))?");
    private static final Pattern LIBRARY =
        Pattern.compile(
            ".*(?:site-packages|dist-packages|/lib/python\\d|\\\\lib\\\\|^<).*",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern TYPE = Pattern.compile("([A-Za-z_][\\w.]*)(?::.*)?");

    static StackTrace read(List<String> lines) {
      List<List<String>> sections = new ArrayList<>();
      List<String> types = new ArrayList<>();
      boolean wrapped = false;
      for (String line : lines) {
        if (line.startsWith("Traceback (most recent call last)")) {
          sections.add(new ArrayList<>());
          types.add("");
        } else if (line.startsWith("The above exception was the direct cause")) {
          wrapped = true;
        }
        if (sections.isEmpty()) {
          continue;
        }
        Matcher frame = FRAME.matcher(line);
        if (frame.matches()) {
          if (!LIBRARY.matcher(frame.group(1)).find()) {
            String[] parts = frame.group(1).split("[\\\\/]");
            String name = parts[parts.length - 1];
            String file = parts.length > 1 ? parts[parts.length - 2] + "/" + name : name;
            String function = frame.group(2) == null ? "" : frame.group(2).strip();
            sections.getLast().addFirst(file + " " + function);
          }
        } else if (TYPE.matcher(line).matches() && types.getLast().isEmpty()) {
          types.set(types.size() - 1, line.replaceFirst(":.*", ""));
        }
      }
      if (sections.isEmpty()) {
        return NONE;
      }
      // The first is the cause when the others say so; else the last is what was not handled.
      return wrapped
          ? new StackTrace(types.getFirst(), innermost(sections))
          : new StackTrace(types.getLast(), innermost(sections.reversed()));
    }
  }

  /* The root cause may lie in a library: then the nearest of our own code around it. */
  private static List<String> innermost(List<List<String>> sections) {
    return sections.stream().filter(s -> !s.isEmpty()).findFirst().orElse(List.of());
  }
}
