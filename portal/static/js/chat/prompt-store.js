// The person's saved prompts, fetched when they are first needed. Says `changed`.

import { api } from "./api.js";

const byName = (one, other) => one.name.localeCompare(other.name);

class Prompts extends EventTarget {
  #loading = null;
  all = [];

  load() {
    this.#loading ??= api("GET", "/api/prompts").then(
      ({ prompts }) => this.#set(prompts),
      (error) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  // `id` of one that is changed, nothing for a new one.
  async save(id, prompt) {
    const kept = await (id ? api("PATCH", `/api/prompts/${id}`, prompt) : api("POST", "/api/prompts", prompt));
    this.#set([...this.all.filter((one) => one.id !== kept.id), kept]);
  }

  async remove(id) {
    await api("DELETE", `/api/prompts/${id}`);
    this.#set(this.all.filter((one) => one.id !== id));
  }

  #set(prompts) {
    this.all = prompts.toSorted(byName);
    this.dispatchEvent(new Event("changed"));
  }
}

export const prompts = new Prompts();
