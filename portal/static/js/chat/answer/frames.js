// All answers of a page share the time of a frame, so that many at once never hold up the page.

const BUDGET_MS = 8;

const waiting = new Set();
let requested = false;

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
  const until = performance.now() + BUDGET_MS;
  const mayGoOn = () => performance.now() < until;
  for (const view of [...waiting]) {
    waiting.delete(view);
    if (!view.paint(mayGoOn)) waiting.add(view);
    if (!mayGoOn()) break;
  }
  requested = waiting.size > 0;
  if (requested) requestAnimationFrame(run);
}
