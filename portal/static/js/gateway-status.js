/**
 * `<gateway-status>`: asks how the gateway is until it is ready.
 * The answer is written to `<body data-gateway>`; the styles show what belongs to it, so nothing reloads.
 */
const STATUS_URL = "/api/status";
const PAUSE_MS = { starting: 2_000, unavailable: 10_000 };
const ANSWER_WITHIN_MS = 5_000;

class GatewayStatus extends HTMLElement {
  #timer;

  connectedCallback() {
    this.waitForNext();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  waitForNext() {
    const pause = PAUSE_MS[document.body.dataset.gateway];
    if (pause) this.#timer = setTimeout(() => this.ask(), pause);
  }

  async ask() {
    try {
      const answer = await fetch(STATUS_URL, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
      if (answer.ok) document.body.dataset.gateway = (await answer.json()).gateway;
    } catch {
      // The portal itself may be restarting; the next question will tell.
    }
    if (this.isConnected) this.waitForNext();
  }
}

customElements.define("gateway-status", GatewayStatus);
