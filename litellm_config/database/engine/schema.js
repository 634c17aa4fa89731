// What the engine and the translation need to know of the Prisma schema.

const GENERATOR = /^generator\s+\w+\s*\{[^}]*\}/gm;
const MODEL = /^model\s+(\w+)\s*\{([^}]*)\}/gm;
const FIELD = /^\s*(\w+)\s+(\w+)/;

// Driver adapters are the only way for the WebAssembly engine to reach a database.
const GENERATOR_WITH_ADAPTERS = `generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["driverAdapters"]
}`;

export class Schema {
  /** Model name to field name to the type's name. */
  fields = new Map();

  constructor(source) {
    this.datamodel = source.replace(GENERATOR, "");
    this.datamodel += `\n${GENERATOR_WITH_ADAPTERS}\n`;
    for (const [, model, body] of withoutComments(source).matchAll(MODEL)) {
      this.fields.set(model, fieldTypes(body));
    }
  }

  isJson(model, field) {
    return this.fields.get(model)?.get(field) === "Json";
  }

  /** The model that the field leads to, or undefined where it is a plain value. */
  relation(model, field) {
    const type = this.fields.get(model)?.get(field);
    return this.fields.has(type) ? type : undefined;
  }
}

// A brace or a name in a comment or in a default value is no part of the structure.
function withoutComments(source) {
  return source.replace(/"(?:[^"\\]|\\.)*"|\/\/.*/g, (text) => (text.startsWith('"') ? '""' : ""));
}

function fieldTypes(body) {
  const types = new Map();
  for (const line of body.split("\n")) {
    const [, field, type] = line.match(FIELD) ?? [];
    if (field) types.set(field, type);
  }
  return types;
}
