// From the GraphQL that prisma-client-py writes to the JSON protocol that the WebAssembly engine reads.
import { parse } from "graphql";

import { ArgumentTagger } from "./arguments.js";

const OPERATION = /^(findUnique|findFirst|findMany|createOne|createMany|updateOne|updateMany|upsertOne|deleteOne|deleteMany|aggregate|groupBy)(\w+?)(OrThrow)?$/;
const RAW = new Set(["queryRaw", "executeRaw"]);

export class UnreadableQuery extends Error {}

export class Translation {
  #schema;
  #tagger;

  constructor(schema) {
    this.#schema = schema;
    this.#tagger = new ArgumentTagger(schema);
  }

  /** The name under which the answer is expected, and the operation in the JSON protocol. */
  translate(graphql) {
    const field = rootField(graphql);
    const name = field.name.value;
    const answer = field.alias?.value ?? name;
    const given = argumentValues(field);
    if (RAW.has(name)) return { answer, operation: { action: name, query: { arguments: given, selection: {} } } };

    const [, action, modelName, orThrow = ""] = name.match(OPERATION) ?? [];
    if (!action) throw new UnreadableQuery("an operation that this engine does not know");
    return { answer, operation: { modelName, action: action + orThrow, query: this.#query(modelName, field) } };
  }

  #query(model, field) {
    return { arguments: this.#tagger.tag(model, argumentValues(field)), selection: this.#selection(model, field) };
  }

  #selection(model, field) {
    const selection = {};
    for (const child of field.selectionSet?.selections ?? []) {
      const name = child.name.value;
      selection[name] = child.selectionSet ? this.#query(this.#schema.relation(model, name), child) : true;
    }
    return selection;
  }
}

function rootField(graphql) {
  let document;
  try {
    document = parse(graphql, { noLocation: true });
  } catch (error) {
    // The parser's own message may quote a value.
    throw new UnreadableQuery("text that is not GraphQL", { cause: error });
  }
  const field = document.definitions[0].selectionSet?.selections[0];
  if (field?.kind !== "Field") throw new UnreadableQuery("GraphQL without an operation");
  return field;
}

const argumentValues = (field) =>
  Object.fromEntries((field.arguments ?? []).map((argument) => [argument.name.value, valueOf(argument.value)]));

function valueOf(node) {
  switch (node.kind) {
    case "StringValue":
    case "BooleanValue":
    case "EnumValue":
      return node.value;
    case "IntValue":
      return integer(node.value);
    case "FloatValue":
      return Number(node.value);
    case "NullValue":
      return null;
    case "ListValue":
      return node.values.map(valueOf);
    case "ObjectValue":
      return Object.fromEntries(node.fields.map((field) => [field.name.value, valueOf(field.value)]));
    default:
      throw new UnreadableQuery("a GraphQL value that prisma-client-py does not write");
  }
}

// JavaScript's numbers hold 53 bits, a BigInt column 64.
const integer = (digits) => (Number.isSafeInteger(Number(digits)) ? Number(digits) : { $type: "BigInt", value: digits });
