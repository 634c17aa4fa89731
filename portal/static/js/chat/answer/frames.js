// All answers of a page share the time of a frame, so that many at once never hold up the page.

// Each frame also has to lay the page out, so a long text is done sooner in few long turns than in many short ones.
const FIRST_MS = 12;
const LONGEST_MS = 36;

const waiting = new Set();
let requested = false;
let turn = FIRST_MS;

// `view.paint(mayGoOn)` is called in the next frame, and again while it answers false.
export function paintSoon(view) {
  waiting.add(view);
  if (!requested) requestAnimationFrame(run);
  requested = true;
}

export function paintNever(view) {
  waiting.delete(view);
}

function run() {
  const until = performance.now() + turn;
  const mayGoOn = () => performance.now() < until;
  for (const view of [...waiting]) {
    waiting.delete(view);
    try {
      if (!view.paint(mayGoOn)) waiting.add(view);
    } catch (error) {
      // One answer that can't be shown must not stop the others.
      reportError(error);
    }
    if (!mayGoOn()) break;
  }
  turn = mayGoOn() ? FIRST_MS : Math.min(2 * turn, LONGEST_MS);
  requested = waiting.size > 0;
  if (requested) requestAnimationFrame(run);
}
