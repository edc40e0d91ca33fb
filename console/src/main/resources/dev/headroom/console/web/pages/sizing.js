import { html } from '/lib/lit-html/lit-html.js';
import { empty } from '../parts.js';

export default {
  title: () => 'Right-sizing & cost',
  load: () => ({}),
  view: () => html`<div class="card w12">${empty('No recommendation yet.', 'Recommendations need usage history.')}</div>`,
};
