import { html } from '/lib/lit-html/lit-html.js';
import { empty } from '../parts.js';

export default {
  title: () => 'Errors',
  load: () => ({}),
  view: () => html`<div class="card w12">${empty('No error groups yet.', 'Exceptions are grouped by type and stack.')}</div>`,
};
