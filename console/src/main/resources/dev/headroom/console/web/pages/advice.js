import { html } from '/lib/lit-html/lit-html.js';
import { empty } from '../parts.js';

export default {
  title: () => 'Advice',
  load: () => ({}),
  view: () => html`<div class="card w12">${empty('No advice yet.', 'The advisor tells here what to fix, with evidence.')}</div>`,
};
