// A behaviour says what it attaches to; elements may be there now or arrive later in a fragment.
// `start(element)` may return a function that is called when the element leaves the page.

const behaviours = [];
const running = new Map();

export function attach(selector, start) {
  const behaviour = { selector, start };
  behaviours.push(behaviour);
  // After the calling module has run to its end, so that what it defines further down is there.
  queueMicrotask(() => document.querySelectorAll(selector).forEach((element) => begin(element, behaviour)));
}

function begin(element, behaviour) {
  const known = running.get(element) ?? new Map();
  if (known.has(behaviour)) return;
  known.set(behaviour, null);
  running.set(element, known);
  known.set(behaviour, behaviour.start(element));
}

function arrived(root) {
  for (const behaviour of behaviours) {
    if (root.matches(behaviour.selector)) begin(root, behaviour);
    for (const element of root.querySelectorAll(behaviour.selector)) begin(element, behaviour);
  }
}

function left() {
  for (const [element, known] of running) {
    if (element.isConnected) continue;
    running.delete(element);
    for (const stop of known.values()) stop?.();
  }
}

new MutationObserver((changes) => {
  if (changes.some((change) => change.removedNodes.length)) left();
  for (const change of changes) {
    for (const node of change.addedNodes) if (node instanceof Element && node.isConnected) arrived(node);
  }
}).observe(document.documentElement, { childList: true, subtree: true });
