import { state } from "./state.js";

export async function ensureVisitor() {
  return state.viewer.kind !== null;
}
