// What was typed, kept by the browser: by plugin and document, so that a reload or a server that goes away loses nothing.
// Values of fields for passwords are not kept.

const PREFIX = "everest:draft:";
const nameOf = (plugin, document) => `${PREFIX}${plugin}:${document}`;

/** The draft of a document, or null. */
export function read(plugin, document) {
  try {
    const draft = JSON.parse(localStorage.getItem(nameOf(plugin, document)));
    return draft && typeof draft.values === "object" ? draft : null;
  } catch {
    return null;
  }
}

/** Keep a draft: its topology, its values, the guards that are lifted. Gives whether that was possible. */
export function keep(plugin, document, draft) {
  try {
    localStorage.setItem(nameOf(plugin, document), JSON.stringify({ ...draft, time: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

/** Forget a draft. */
export function forget(plugin, document) {
  localStorage.removeItem(nameOf(plugin, document));
}

/** All drafts, the newest first. */
export function all() {
  const found = [];
  for (let index = 0; index < localStorage.length; index++) {
    const name = localStorage.key(index);
    if (!name.startsWith(PREFIX)) continue;
    const [plugin, ...rest] = name.slice(PREFIX.length).split(":");
    const draft = read(plugin, rest.join(":"));
    if (draft) found.push({ plugin, document: rest.join(":"), ...draft });
  }
  return found.sort((one, other) => (other.time ?? 0) - (one.time ?? 0));
}

/** Hear of drafts that another page of this browser has kept or forgotten. */
export function watch(heard) {
  addEventListener("storage", (event) => {
    if (event.key?.startsWith(PREFIX)) heard(event.key, event.newValue);
  });
}

export { nameOf };
