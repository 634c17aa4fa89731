// Tells the same person's other tabs that something begins in a conversation, so that they can follow it.

const channel = new BroadcastChannel("chat");

export const tellOthers = (conversation) => channel.postMessage({ conversation });

export function whenTold(callback) {
  channel.addEventListener("message", ({ data }) => callback(data.conversation));
}
