// A statement over several lines, so that a person finds its parts. Words inside quotes and parentheses stay where they are.

const CLAUSES = /^(FROM|WHERE|GROUP BY|ORDER BY|HAVING|LIMIT|OFFSET|RETURNING|SET|VALUES|UNION(?: ALL)?|(?:LEFT |RIGHT |FULL |INNER |CROSS )?(?:OUTER )?JOIN|ON CONFLICT)\b/i;

export function layout(text) {
  let out = '';
  let depth = 0;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quote) {
      if (c === quote) quote = '';
    } else if (c === "'" || c === '"') quote = c;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (depth === 0 && /\s/.test(c)) {
      const clause = CLAUSES.exec(text.slice(i + 1, i + 24));
      if (clause) {
        out = out.trimEnd() + '\n' + (/JOIN/i.test(clause[0]) ? '  ' : '');
        continue;
      }
      const and = /^(AND|OR)\b/i.exec(text.slice(i + 1, i + 5));
      if (and) {
        out = out.trimEnd() + '\n  ';
        continue;
      }
    }
    out += c;
  }
  return out;
}
