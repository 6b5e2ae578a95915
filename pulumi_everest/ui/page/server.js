// Asking the server, with the token that the address of the page brought. It is kept for this address alone.

const TOKEN = "everest:token";

/** Take the token out of the address, if it holds one. Gives whether it did. */
export function takeToken() {
  const brought = location.hash.slice(1);
  if (!/^[\w-]{30,}$/.test(brought)) return false;
  localStorage.setItem(TOKEN, brought);
  history.replaceState(null, "", location.pathname);
  return true;
}
takeToken();

/** What the server does not do: `status` 0 is that it is gone, 401 that it is another one than the page knows. */
export class Refused extends Error {
  constructor(status, message, data) {
    super(message);
    this.status = status;
    this.data = data ?? {};
  }
}

async function send(path, options) {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { "X-Everest-Token": localStorage.getItem(TOKEN) ?? "", "Content-Type": "application/json" },
    });
  } catch {
    throw new Refused(0, "the server is gone");
  }
  if (!answer.ok) {
    const data = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, data.error ?? `the server answered ${answer.status}`, data);
  }
  return answer;
}

/** Ask for something: with data it is a POST. */
export async function ask(path, data) {
  const answer = await send(path, data === undefined ? {} : { method: "POST", body: JSON.stringify(data) });
  try {
    return await answer.json();
  } catch {
    throw new Refused(0, "the server is gone");
  }
}

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Hear of what changes, as long as the page is open. `heard` gets each event, `state` whether the server is there. */
export async function listen(heard, state) {
  for (;;) {
    try {
      const answer = await send("/api/events", {});
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const event = text.slice(0, end);
          text = text.slice(end + 2);
          if (!event.startsWith("data: ")) continue;
          state(200);
          heard(JSON.parse(event.slice(6)));
        }
      }
      state(0);
    } catch (problem) {
      state(problem instanceof Refused ? problem.status : 0);
    }
    await wait(700);
  }
}
