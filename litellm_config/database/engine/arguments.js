// The engine's JSON protocol takes a plain string at a JSON column for a JSON string, where GraphQL took it for
// JSON text. Only the schema knows which is which, so arguments are walked along it and JSON text is tagged.

export class ArgumentTagger {
  #schema;

  constructor(schema) {
    this.#schema = schema;
  }

  /** The arguments of an operation on a model. */
  tag(model, given) {
    return mapObject(given, (name, value) => {
      switch (name) {
        case "data":
        case "create":
        case "update":
          return this.#write(model, value);
        case "where":
        case "cursor":
        case "having":
          return this.#filter(model, value);
        default:
          return value;
      }
    });
  }

  #filter(model, value) {
    if (Array.isArray(value)) return value.map((item) => this.#filter(model, item));
    return mapObject(value, (name, inner) => {
      if (this.#schema.isJson(model, name)) return jsonFilter(inner);
      const related = this.#schema.relation(model, name);
      if (related) return this.#relationFilter(related, inner);
      // AND, OR, NOT and compound keys hold conditions on the same model; a plain column's value holds no JSON.
      return isFieldOf(this.#schema, model, name) ? inner : this.#filter(model, inner);
    });
  }

  #relationFilter(model, value) {
    const QUANTIFIERS = ["some", "every", "none", "is", "isNot"];
    const quantified = isObject(value) && Object.keys(value).every((name) => QUANTIFIERS.includes(name));
    return quantified ? mapObject(value, (_, inner) => this.#filter(model, inner)) : this.#filter(model, value);
  }

  #write(model, value) {
    if (Array.isArray(value)) return value.map((item) => this.#write(model, item));
    return mapObject(value, (name, inner) => {
      if (this.#schema.isJson(model, name)) return jsonWrite(inner);
      const related = this.#schema.relation(model, name);
      return related ? mapObject(inner, (operation, content) => this.#nested(related, operation, content)) : inner;
    });
  }

  #nested(model, operation, value) {
    if (Array.isArray(value)) return value.map((item) => this.#nested(model, operation, item));
    switch (operation) {
      case "create":
        return this.#write(model, value);
      case "update":
        return isWrapped(value) ? this.tag(model, value) : this.#write(model, value);
      case "createMany":
      case "connectOrCreate":
      case "upsert":
      case "updateMany":
        return this.tag(model, value);
      default:
        // connect, disconnect, set, delete, deleteMany
        return this.#filter(model, value);
    }
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const isFieldOf = (schema, model, name) => schema.fields.get(model)?.has(name) ?? false;

// The update of a to-many relation says which record, that of a to-one relation may leave it out.
const isWrapped = (value) =>
  isObject(value) && isObject(value.data) && Object.keys(value).every((name) => name === "data" || name === "where");

const mapObject = (value, change) =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(name, inner)])) : value;

const tagText = (value) => {
  if (Array.isArray(value)) return value.map(tagText);
  return typeof value === "string" ? { $type: "Json", value } : value;
};

const JSON_OPERANDS = new Set([
  "equals", "not", "array_contains", "array_starts_with", "array_ends_with", "lt", "lte", "gt", "gte", "has",
  "hasEvery", "hasSome",
]);

const jsonFilter = (value) =>
  isObject(value) ? mapObject(value, (name, inner) => (JSON_OPERANDS.has(name) ? tagText(inner) : inner)) : tagText(value);

const jsonWrite = (value) => (isObject(value) ? mapObject(value, (_, inner) => tagText(inner)) : tagText(value));
