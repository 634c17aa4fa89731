// Changes what is shown into what shall be shown, and leaves alone what is the same already.

export function patch(shown, wanted) {
  const news = [...wanted.childNodes];
  news.forEach((node, index) => {
    const old = shown.childNodes[index];
    if (!old) shown.append(node);
    else if (!old.isEqualNode(node)) change(old, node);
  });
  while (shown.childNodes.length > news.length) shown.lastChild.remove();
}

function change(old, node) {
  if (old.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
    if (node.data.startsWith(old.data)) old.appendData(node.data.slice(old.data.length));
    else old.data = node.data;
  } else if (old.nodeType === Node.ELEMENT_NODE && old.cloneNode().isEqualNode(node.cloneNode())) patch(old, node);
  else old.replaceWith(node);
}
