// As much XML as EC2 speaks: elements and text, no attributes that matter. Reads moto's answers, writes the World's.

export interface XmlNode {
  readonly name: string;
  readonly children: readonly XmlNode[];
  /** Of an element without children. */
  readonly text: string;
}

const TAG = /<(\/?)([\w:.-]+)[^>]*?(\/?)>/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** The root element. Throws on text that is no XML. */
export function parseXml(source: string): XmlNode {
  const start = source.indexOf("?>") + 1;
  const stack: { name: string; children: XmlNode[]; from: number }[] = [{ name: "", children: [], from: 0 }];
  TAG.lastIndex = start;
  for (let match = TAG.exec(source); match !== null; match = TAG.exec(source)) {
    const [whole, closes, name, empty] = match;
    const open = stack.at(-1)!;
    if (closes === "/") {
      if (open.name !== name) throw new Error(`</${name}> closes <${open.name}>`);
      stack.pop();
      const text = open.children.length === 0 ? unescapeXml(source.slice(open.from, match.index)) : "";
      stack.at(-1)!.children.push({ name, children: open.children, text });
    } else if (empty === "/") {
      open.children.push({ name: name!, children: [], text: "" });
    } else {
      stack.push({ name: name!, children: [], from: match.index + whole.length });
    }
  }
  const root = stack[0]!.children[0];
  if (stack.length !== 1 || root === undefined) throw new Error(`no whole XML: ${source.slice(0, 200)}`);
  return root;
}

export function child(node: XmlNode, name: string): XmlNode | undefined {
  return node.children.find((each) => each.name === name);
}

/** Text of a child; "" without one. */
export function textOf(node: XmlNode, name: string): string {
  return child(node, name)?.text ?? "";
}

/** The items of a child that is a list. */
export function itemsOf(node: XmlNode, name: string): readonly XmlNode[] {
  return child(node, name)?.children ?? [];
}

export function writeXml({ name, children, text }: XmlNode): string {
  return `<${name}>${children.length === 0 ? escapeXml(text) : children.map(writeXml).join("")}</${name}>`;
}

/** What `toXml` writes: text, numbers and truth values as elements, arrays as <item>s, undefined not at all. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [key: string]: XmlValue };

/** The content of an element. */
export function toXml(value: XmlValue): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((each) => `<item>${toXml(each)}</item>`).join("");
  if (typeof value !== "object") return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]) => `<${key}>${toXml(each)}</${key}>`)
    .join("");
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (sign) => (sign === "&" ? "&amp;" : sign === "<" ? "&lt;" : "&gt;"));
}

function unescapeXml(text: string): string {
  return text.includes("&")
    ? text.replace(/&(#x?[\da-fA-F]+|\w+);/g, (whole, entity: string) => {
        if (!entity.startsWith("#")) return ENTITIES[entity] ?? whole;
        return String.fromCodePoint(entity[1] === "x" ? parseInt(entity.slice(2), 16) : Number(entity.slice(1)));
      })
    : text;
}
