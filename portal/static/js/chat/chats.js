// The person's chats and folders, as far as they are known here. Changes are shown at once and taken back if the server
// refuses them. Says `changed` when the list has to be drawn again.

import { api } from "./api.js";

const PAGE = 40;
const FOLDER_PAGE = 200;
const byNewest = (one, other) => other.updated_at.localeCompare(one.updated_at);

class Chats extends EventTarget {
  #chats = new Map();
  #loading = null;
  #folderLoads = new Map();

  // `next`: where the next page of those that lie in no folder begins, if there is one.
  constructor({ folders, conversations, next }) {
    super();
    this.folders = [...folders];
    this.next = next;
    this.loadedFolders = new Set();
    for (const one of conversations) this.#chats.set(one.id, one);
  }

  get isEmpty() {
    return this.#chats.size === 0 && this.folders.length === 0;
  }

  find(id) {
    return this.#chats.get(id);
  }

  // Newest first; without a folder those that lie in none.
  in(folder = null) {
    return [...this.#chats.values()].filter((one) => one.folder === folder).sort(byNewest);
  }

  newest(count) {
    return [...this.#chats.values()].sort(byNewest).slice(0, count);
  }

  put(...conversations) {
    for (const one of conversations) this.#chats.set(one.id, one);
    this.#tell();
  }

  forget(id) {
    this.#chats.delete(id);
    this.#tell();
  }

  // What has happened to the newest of them elsewhere, or through the conversation itself.
  async refresh() {
    const { conversations } = await api("GET", "/api/conversations?limit=20");
    this.put(...conversations);
  }

  loadMore() {
    this.#loading ??= this.#nextPage().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #nextPage() {
    const before = encodeURIComponent(this.next);
    const page = await api("GET", `/api/conversations?limit=${PAGE}&folder=none&before=${before}`);
    this.next = page.next;
    this.put(...page.conversations);
  }

  loadFolder(folder) {
    if (!this.#folderLoads.has(folder)) {
      this.#folderLoads.set(
        folder,
        this.#loadFolder(folder).catch((error) => {
          this.#folderLoads.delete(folder);
          throw error;
        }),
      );
    }
    return this.#folderLoads.get(folder);
  }

  async #loadFolder(folder) {
    if (this.loadedFolders.has(folder)) return;
    const { conversations } = await api("GET", `/api/conversations?limit=${FOLDER_PAGE}&folder=${folder}`);
    this.loadedFolders.add(folder);
    this.put(...conversations);
  }

  async change(id, change) {
    const before = this.find(id);
    this.put({ ...before, ...change });
    try {
      this.put(await api("PATCH", `/api/conversations/${id}`, change));
    } catch (error) {
      this.put(before);
      throw error;
    }
  }

  async remove(id) {
    const before = this.find(id);
    this.forget(id);
    try {
      await api("DELETE", `/api/conversations/${id}`);
    } catch (error) {
      if (before) this.put(before);
      throw error;
    }
  }

  async restore(id) {
    this.put(await api("POST", `/api/conversations/${id}/restore`));
  }

  async removeAll() {
    await api("DELETE", "/api/conversations", { confirm: "delete" });
    this.#chats.clear();
    this.next = null;
    this.#tell();
  }

  async addFolder(name) {
    const folder = await api("POST", "/api/folders", { name });
    this.folders.push(folder);
    this.loadedFolders.add(folder.id);
    this.#tell();
    return folder;
  }

  async renameFolder(id, name) {
    const changed = await api("PATCH", `/api/folders/${id}`, { name });
    Object.assign(this.#folder(id), changed);
    this.#tell();
  }

  // Its chats stay, in no folder.
  async removeFolder(id) {
    await this.loadFolder(id);
    await api("DELETE", `/api/folders/${id}`);
    this.folders = this.folders.filter((one) => one.id !== id);
    this.put(...this.in(id).map((one) => ({ ...one, folder: null })));
  }

  #folder(id) {
    return this.folders.find((one) => one.id === id);
  }

  #tell() {
    this.dispatchEvent(new Event("changed"));
  }
}

export const chats = new Chats(JSON.parse(document.getElementById("chat-data").textContent));
