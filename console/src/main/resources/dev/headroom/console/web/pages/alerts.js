import { html } from '/lib/lit-html/lit-html.js';
import { empty } from '../parts.js';

export default {
  title: () => 'Alerts',
  load: () => ({}),
  view: () => html`<div class="card w12">${empty('No alert yet.', 'Alerts of the document appear here.')}</div>`,
};
