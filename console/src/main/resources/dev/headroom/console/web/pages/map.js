import { html } from '/lib/lit-html/lit-html.js';
import { empty } from '../parts.js';

export default {
  title: () => 'Service map',
  load: () => ({}),
  view: () => html`<div class="card w12">${empty('No edges yet.', 'The map is drawn from spans that call each other; it needs the store’s map of services.')}</div>`,
};
