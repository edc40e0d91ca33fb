/**
 * What spans and stack traces say, as functions without I/O: {@link
 * dev.headroom.apm.analysis.TraceTree} puts a trace together, {@link
 * dev.headroom.apm.analysis.CriticalPath} says where its time went, {@link
 * dev.headroom.apm.analysis.RepeatedCalls} finds N+1, {@link dev.headroom.apm.analysis.CallEdges}
 * makes the service map, {@link dev.headroom.apm.analysis.ErrorFingerprint} groups exceptions.
 */
@NullMarked
package dev.headroom.apm.analysis;

import org.jspecify.annotations.NullMarked;
