// The words scripts say, translated by the server into #strings.

const block = document.getElementById("strings");
const table = block ? JSON.parse(block.textContent) : {};

export function t(msgid, values = {}) {
  return (table[msgid] ?? msgid).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
