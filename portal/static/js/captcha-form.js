/** A form behind the CAPTCHA: one press sends it once, with a token where the site uses reCAPTCHA v3. */
const ACTION = "claim";

const form = document.querySelector("form[data-captcha]");
const button = form.querySelector("button[type=submit]");
const label = button.textContent;

function setBusy(isBusy) {
  button.ariaBusy = String(isBusy);
  button.textContent = isBusy ? button.dataset.busyLabel : label;
}

async function fetchToken() {
  if (!globalThis.grecaptcha) throw new Error("The script of reCAPTCHA did not load.");
  await new Promise((resolve) => grecaptcha.ready(resolve));
  return grecaptcha.execute(form.dataset.siteKey, { action: ACTION });
}

async function sendWithToken() {
  const problem = form.querySelector("[data-captcha-problem]");
  problem.hidden = true;
  try {
    form.elements.captcha.value = await fetchToken();
  } catch {
    problem.hidden = false;
    setBusy(false);
    return;
  }
  form.submit();
}

function fitWidget(widget) {
  const { theme } = document.documentElement.dataset;
  const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  widget.dataset.theme = isDark ? "dark" : "light";
  if (widget.clientWidth < 304) widget.dataset.size = "compact";
}

form.addEventListener("submit", (event) => {
  if (button.ariaBusy === "true") {
    event.preventDefault();
    return;
  }
  setBusy(true);
  if (form.dataset.captcha === "recaptcha-v3") {
    event.preventDefault();
    sendWithToken();
  }
});

// The browser may bring the page back from its memory as it was left: busy.
addEventListener("pageshow", (event) => {
  if (event.persisted) setBusy(false);
});

// The widget reads these when its own script runs, which stands after this one.
form.querySelectorAll(".g-recaptcha").forEach(fitWidget);
