/**
 * Alerts: {@link dev.headroom.apm.alerts.Conditions} reads figures, {@link
 * dev.headroom.apm.alerts.AlertStates} decides what begins and ends, {@link
 * dev.headroom.apm.alerts.Notifier} tells channels.
 */
@NullMarked
package dev.headroom.apm.alerts;

import org.jspecify.annotations.NullMarked;
