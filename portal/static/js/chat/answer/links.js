// Where an answer may lead, and what it may show from elsewhere. Nothing is loaded before somebody asks for it.

const SCHEMES = ["http:", "https:", "mailto:"];
const PICTURE = /^data:image\/(?:avif|gif|jpeg|png|webp);base64,[A-Za-z0-9+/=\s]+$/i;

// The address, or null: relative ones would lead into this site, and those with a name and password deceive.
function address(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && SCHEMES.includes(url.protocol) && !url.username && !url.password ? url : null;
}

// An empty link for the caller to fill, or null.
export function link(text) {
  const url = address(text);
  if (!url) return null;
  const element = document.createElement("a");
  element.href = url.href;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

// A picture that is in the answer itself is shown; one from elsewhere is a link that says from where.
export function picture(text, alternative) {
  if (PICTURE.test(text)) {
    const image = document.createElement("img");
    image.className = "answer__picture";
    image.alt = alternative;
    image.src = text;
    return image;
  }
  const element = link(text);
  if (!element || !new URL(text).host) return null;
  element.className = "answer__remote";
  const name = document.createElement("span");
  name.textContent = alternative || "Picture";
  const from = document.createElement("span");
  from.className = "answer__remote-host";
  from.textContent = `Open from ${new URL(text).host}`;
  element.append(name, " ", from);
  return element;
}
