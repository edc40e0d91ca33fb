// A table that sorts by any column, by mouse or keyboard.
import { html, nothing } from '/lib/lit-html/lit-html.js';

const orders = new Map();

/** columns: [{title, value: row => sortable, cell: row => template, numeric, hint}] */
export function table({ id, caption, columns, rows, sort, descending = true, empty, limit = 500 }, render) {
  const order = orders.get(id) ?? { column: sort, descending };
  const column = columns[order.column];
  const sorted = [...rows].sort((a, b) => {
    const x = column.value(a), y = column.value(b);
    const less = typeof x === 'string' ? x.localeCompare(y) : (x ?? -1) - (y ?? -1);
    return order.descending ? -less : less;
  });
  const by = index => {
    orders.set(id, { column: index, descending: index === order.column ? !order.descending : !!columns[index].numeric });
    render();
  };
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${caption}>
      <table>
        <caption class="unseen">${caption}</caption>
        <thead><tr>${columns.map((c, i) => html`
          <th scope="col" class=${c.numeric ? 'n' : ''} aria-sort=${i === order.column ? (order.descending ? 'descending' : 'ascending') : 'none'}>
            <button type="button" title=${c.hint ?? nothing} @click=${() => by(i)}>${c.title}</button>
          </th>`)}</tr></thead>
        <tbody>
          ${sorted.slice(0, limit).map(row => html`<tr>${columns.map(c => html`<td class=${(c.numeric ? 'n ' : '') + (c.style?.(row) ?? '')}>${c.cell(row)}</td>`)}</tr>`)}
          ${rows.length ? nothing : html`<tr><td class="empty" colspan=${columns.length}>${empty}</td></tr>`}
        </tbody>
      </table>
    </div>`;
}
