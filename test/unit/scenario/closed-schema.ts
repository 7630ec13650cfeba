export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** The schema with every object closed: what it does not name is refused. */
export function closedSchema(node: SchemaNode): SchemaNode {
  if (Array.isArray(node)) return node.map(closedSchema) as unknown as SchemaNode;
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closedSchema(value as SchemaNode)]));
  return node.properties ? { ...inner, additionalProperties: false } : inner;
}
