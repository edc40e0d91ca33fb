// Small pieces that several sections use.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { seconds } from './format.js';

const GOOD = new Set(['up', 'ready', 'ok', 'online', 'connected']);
const BAD = new Set(['down', 'unhealthy', 'backing-off', 'unplaced', 'fail', 'failed', 'gone']);

/** The mood of a life-cycle word. */
export const mood = state => (GOOD.has(state) ? 'good' : BAD.has(state) ? 'bad' : 'warn');

export const chip = state => html`<span class="chip ${mood(state)}">${state}</span>`;

export const measured = html`<span class="tag" title="Every figure here was measured on this system">measured</span>`;
export const simulated = html`<span class="tag sim" title="Real instance types and list prices; the machines do not exist">simulated</span>`;

/** Shown when the newest value of a source is older than it should be. */
export const age = milliseconds =>
  milliseconds > 10000 ? html`<span class="tag old">data ${seconds(milliseconds / 1000)} old</span>` : nothing;

/** What is asked for, pale, and what is used, of what there is. */
export function meter(label, used, asked, all, text) {
  const width = value => (all > 0 && value ? Math.min(100, (100 * value) / all) : 0) + '%';
  return html`
    <dl class="facts two"><dt>${label}</dt><dd>${text}</dd></dl>
    <div class="meter" role="img" aria-label="${label}: ${text}"><i style="width:${width(asked)}"></i><b style="width:${width(used)}"></b></div>`;
}

export const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;
