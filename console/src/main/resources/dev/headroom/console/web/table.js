// A table that sorts by any column, by mouse or keyboard.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { repeat } from '/lib/lit-html/directives/repeat.js';

const orders = new Map();

/**
 * columns: [{title, value: row => sortable, cell: row => template, numeric, hint, style, grow}]. A row keeps its
 * place in the page by its key, so that focus stays on it when the order changes.
 */
export function table({ id, caption, columns, rows, key, sort, descending = true, empty, limit = 500, tall = false }, redraw) {
  const order = orders.get(id) ?? { column: sort, descending };
  const column = columns[order.column];
  const sorted = column ? [...rows].sort((a, b) => {
    const x = column.value(a), y = column.value(b);
    const less = typeof x === 'string' ? x.localeCompare(y) : (x ?? -1) - (y ?? -1);
    return (order.descending ? -less : less) || String(key(a)).localeCompare(String(key(b)));
  }) : rows;
  const by = index => {
    orders.set(id, { column: index, descending: index === order.column ? !order.descending : !!columns[index].numeric });
    redraw();
  };
  if (!rows.length) return empty;
  return html`
    <div class="scroll ${tall ? 'tall' : ''}" tabindex="0" role="region" aria-label=${caption}>
      <table id=${id}>
        <caption class="unseen">${caption}</caption>
        <thead><tr>${columns.map((c, i) => html`
          <th scope="col" class=${(c.numeric ? 'n ' : '') + (c.grow ? 'grow ' : '') + (c.wide ? 'wide-only' : '')} aria-sort=${i === order.column ? (order.descending ? 'descending' : 'ascending') : 'none'}>
            <button type="button" title=${c.hint ?? nothing} @click=${() => by(i)}>${c.title}</button>
          </th>`)}</tr></thead>
        <tbody>
          ${repeat(sorted.slice(0, limit), key, row => html`<tr>${columns.map(c => html`<td class=${(c.numeric ? 'n ' : '') + (c.grow ? 'g ' : '') + (c.wide ? 'wide-only ' : '') + (c.style?.(row) ?? '')}>${c.cell(row)}</td>`)}</tr>`)}
        </tbody>
      </table>
      ${rows.length > limit ? html`<p class="note">The first ${limit} of ${rows.length}.</p>` : nothing}
    </div>`;
}
