import { html } from '/lib/lit-html/lit-html.js';
import { empty } from '../parts.js';

export default {
  title: () => 'Limits & cache',
  load: () => ({}),
  view: () => html`<div class="card w12">${empty('Nothing to show yet.', 'Outcomes of rate limits and the response cache appear here.')}</div>`,
};
