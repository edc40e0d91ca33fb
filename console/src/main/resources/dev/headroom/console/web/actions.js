// Doing something: asked once more first, the answer said beside it.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { post } from './live.js';

/** A button that asks before it acts, once it is ready. state is kept by the page under key; body is what is posted. */
export function action({ key, name, label, confirm, ready = () => true, body, available, missing, done, local, redraw, reload, main = false }) {
  const state = ((local.actions ??= {})[key] ??= {});
  const set = more => {
    Object.assign(state, more);
    redraw();
  };
  const run = async () => {
    set({ asking: false, busy: true, error: undefined, said: undefined });
    try {
      set({ said: done(await post('actions/' + name, body())) });
      reload();
    } catch (e) {
      set({ error: e.message });
    } finally {
      set({ busy: false });
    }
  };
  if (!available) return html`<span class="action"><button type="button" class="button" disabled title=${missing}>${label}</button><span class="note">${missing}</span></span>`;
  return html`<span class="action">
    ${state.asking
      ? html`<span class="ask" role="alertdialog" aria-label=${label}><span>${confirm()}</span>${ready() ? html`<button type="button" class="button main" @click=${run}>Yes, ${label.toLowerCase()}</button>` : nothing}<button type="button" class="button" @click=${() => set({ asking: false })}>${ready() ? 'No' : 'Close'}</button></span>`
      : html`<button type="button" class="button ${main ? 'main' : ''}" ?disabled=${state.busy} @click=${() => set({ asking: true, said: undefined, error: undefined })}>${state.busy ? 'Working…' : label}</button>`}
    ${state.said ? html`<span class="t-good" role="status">${state.said}</span>` : nothing}
    ${state.error ? html`<span class="t-bad" role="alert">${state.error}</span>` : nothing}</span>`;
}
