/** The sample answer of `/dev/answers`, whole or as if it arrived. */
import { MarkdownView } from "/static/js/chat/markdown.js";
import { ThoughtsView } from "/static/js/chat/thoughts.js";

const PIECE = 4;
const PAUSE_MS = 20;
const SECONDS = 12;

const sample = document.getElementById("sample").value;
const view = new MarkdownView(document.getElementById("answer"), { headingLevel: 2 });
let timer;

function showWhole() {
  clearInterval(timer);
  view.replace(sample);
  view.end();
}

function stream() {
  clearInterval(timer);
  view.end();
  view.replace("");
  let at = 0;
  timer = setInterval(() => {
    view.append(sample.slice(at, at + PIECE));
    at += PIECE;
    if (at < sample.length) return;
    clearInterval(timer);
    view.end();
  }, PAUSE_MS);
}

const thoughts = new ThoughtsView(document.getElementById("thoughts"));
thoughts.append("They want to see *everything* that an answer may hold. I begin with text, then lists, code and formulas.");
thoughts.end(SECONDS);

document.getElementById("whole").addEventListener("click", showWhole);
document.getElementById("stream").addEventListener("click", stream);
showWhole();
