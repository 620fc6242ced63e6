// The words scripts say, translated by the server: #strings of the frame, [data-strings] of a page.

const blocks = document.querySelectorAll("#strings, script[data-strings]");
const table = Object.assign({}, ...[...blocks].map((block) => JSON.parse(block.textContent)));

export function t(msgid, values = {}) {
  return (table[msgid] ?? msgid).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
