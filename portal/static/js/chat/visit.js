// Somebody without a session may chat after they accepted the terms, and the CAPTCHA where there is one.

import { api } from "./api.js";
import { state } from "./state.js";

const ACTION = "claim";
const dialog = document.getElementById("chat-visit");
const form = dialog?.querySelector("form");
const button = form?.querySelector("button[type=submit]");
const label = button?.textContent;
let waiting = null;

function setBusy(isBusy) {
  button.ariaBusy = String(isBusy);
  button.textContent = isBusy ? button.dataset.busyLabel : label;
}

function complain(words) {
  const problem = form.querySelector("[data-problem]");
  problem.textContent = words;
  problem.hidden = !words;
}

// The answer of the CAPTCHA; raises what to tell.
async function captcha() {
  if (form.dataset.captcha === "off") return "";
  if (!globalThis.grecaptcha) {
    throw new Error("The CAPTCHA did not load. Allow scripts from google.com and gstatic.com, then try again.");
  }
  if (form.dataset.captcha === "recaptcha-v2") return grecaptcha.getResponse();
  await new Promise((resolve) => grecaptcha.ready(resolve));
  return grecaptcha.execute(form.dataset.siteKey, { action: ACTION });
}

// In another window they may have begun their visit already.
async function begin(accepted) {
  try {
    await api("POST", "/api/chat/visit", { accept_terms: accepted, captcha: await captcha() });
  } catch (error) {
    if (error.code !== "already_known") throw error;
  }
}

async function send(event) {
  event.preventDefault();
  if (button.ariaBusy === "true") return;
  const accepted = document.getElementById("visit-terms").checked;
  if (!accepted) {
    complain("Please accept the terms of use first.");
    return;
  }
  setBusy(true);
  complain("");
  try {
    await begin(accepted);
    state.viewer.kind = "permissionless";
    document.getElementById("main").classList.remove("chat--anonymous");
    dialog.close();
  } catch (error) {
    complain(error.message);
    if (form.dataset.captcha === "recaptcha-v2") globalThis.grecaptcha?.reset();
  } finally {
    setBusy(false);
  }
}

// True when this person may send a message; false when they closed the dialog.
export async function ensureVisitor() {
  if (state.viewer.kind) return true;
  complain("");
  if (!dialog.open) dialog.showModal();
  waiting ??= Promise.withResolvers();
  return waiting.promise;
}

form?.addEventListener("submit", send);
dialog?.addEventListener("close", () => {
  waiting?.resolve(state.viewer.kind !== null);
  waiting = null;
});
