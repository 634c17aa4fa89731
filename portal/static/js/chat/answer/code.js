// A panel of code with its language and a button to copy it, as everywhere on the site.

import "/static/js/copy-box.js";

const LANGUAGE = /^[\w+#.-]{1,30}/;
const SVG = "http://www.w3.org/2000/svg";
const COPY = '<rect x="5.5" y="5.5" width="8" height="8" rx="1.75"/><path d="M10.5 2.5h-6a2 2 0 0 0-2 2v6"/>';
const CHECK = '<path d="m3 8.5 3.2 3.2L13 5"/>';

const template = document.createElement("template");
template.innerHTML = `<copy-box class="code answer__code">
  <div class="code__head">
    <span class="answer__language"></span>
    <span class="answer__actions">
      <button type="button" class="copy-box__button" data-wrap aria-pressed="false">Wrap</button>
      <button type="button" class="copy-box__button" data-copy>
        <span class="copy-box__todo">${icon(COPY)}Copy<span class="visually-hidden"> the code</span></span>
        <span class="copy-box__done" aria-hidden="true">${icon(CHECK)}Copied</span>
      </button>
      <span class="copy-box__status" role="status"></span>
    </span>
  </div>
  <pre class="code__text" tabindex="0" role="region"><code data-copy-text></code></pre>
</copy-box>`;

function icon(shapes) {
  return `<svg xmlns="${SVG}" class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shapes}</svg>`;
}

// `info` is what is written after the fence; its first word names the language.
export function codeBox(text, info) {
  const box = emptyCodeBox(info);
  box.querySelector("code").append(text.replace(/\n$/, ""));
  return box;
}

export function emptyCodeBox(info) {
  const box = document.importNode(template.content, true).firstElementChild;
  const language = LANGUAGE.exec(info)?.[0] ?? "";
  box.dataset.language = language.toLowerCase();
  box.querySelector(".answer__language").textContent = language || "code";
  box.querySelector("pre").ariaLabel = language ? `Code in ${language}` : "Code";
  return box;
}

// One listener for all answers: a panel may be made anew while it arrives.
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.(".answer__code [data-wrap]");
  if (!button) return;
  const isWrapped = button.ariaPressed !== "true";
  button.ariaPressed = String(isWrapped);
  button.closest(".answer__code").toggleAttribute("data-wrapped", isWrapped);
});
